import assert from 'node:assert/strict';
import { test } from 'node:test';

import { showEstimates, sourceLength } from '#js/estimates.js';

class Control {
  /**
   * @param {string} value
   * @param {{isDraftail?: boolean, isText?: boolean, isDeleted?: boolean}} [kind]
   */
  constructor(value, kind = {}) {
    this.value = value;
    this.kind = kind;
  }

  hasAttribute() {
    return Boolean(this.kind.isDraftail);
  }

  matches() {
    return this.kind.isText ?? true;
  }

  closest() {
    return this.kind.isDeleted ? {} : null;
  }
}
globalThis.Element = Control;
globalThis.CSS = { escape: (name) => name };

const draftail = (...texts) =>
  new Control(JSON.stringify({ blocks: texts.map((text) => ({ text })), entityMap: {} }), {
    isDraftail: true,
  });

/** A form with fields by their names, and parts by the path of their field. */
const formWith = (named, parts = {}) => ({
  elements: { namedItem: (name) => named[name] ?? null },
  querySelector: (selector) => {
    const found = parts[/"(.+)"/.exec(selector)[1]];
    return found && { querySelectorAll: () => found };
  },
  querySelectorAll: () => [...Object.values(named), ...Object.values(parts).flat()],
});

test('a source is as long as the text that stands in the form now', () => {
  const form = formWith(
    { intro: new Control(' Twelve chars '), body: draftail('One', 'Two'), empty: draftail() },
    { stream: [new Control('Four'), draftail('Five'), new Control('gone', { isDeleted: true })] },
  );
  assert.equal(sourceLength(form, 'intro'), 12);
  assert.equal(sourceLength(form, 'body'), 10);
  assert.equal(sourceLength(form, 'empty'), 0);
  assert.equal(sourceLength(form, 'stream'), 10);
  assert.equal(sourceLength(form, '*'), 32);
});

test('of what the form does not show, the length is not known', () => {
  const form = formWith({ image: new Control('12', { isText: false }), rich: draftail() });
  form.elements.namedItem('rich').value = '';
  assert.equal(sourceLength(form, 'image'), null);
  assert.equal(sourceLength(form, 'body:quote'), null);
  assert.equal(sourceLength(form, '@preview'), null);
  assert.equal(sourceLength(form, 'rich'), 0);
});

/** Shows the estimate of one action on `intro`, and returns what the button says, now and later. */
function shown({ chars, source = 'intro', isClosed = false, ...how }) {
  const intro = new Control('x'.repeat(chars));
  const parts = {};
  const part = (name) => (parts[name] ??= { id: name, setAttribute() {}, textContent: '' });
  const texts = {
    about: 'About {amount}',
    usd: '${amount}',
    converted: '{amount} {code}',
    both: '{usd} ({converted})',
    total: 'All: {amount}',
    partly: '{amount} for {count} of {all}',
  };
  globalThis.document = {
    documentElement: { lang: how.lang ?? 'en' },
    getElementById: () => ({ dataset: texts }),
    querySelector: () => panel,
  };
  let refreshed = 0;
  let asked = 0;
  const edits = [];
  const action = { id: 7, source };
  const root = { querySelector: (selector) => part(/"(.+)"/.exec(selector)[1]) };
  const panel = Object.assign(new EventTarget(), root, { hidden: isClosed });
  showEstimates({
    form: formWith({ intro }),
    onFormEdit: (callback) => edits.push(callback),
    widgets: new Map(
      [action, ...(how.others ?? [])].map(({ state = '', blocked = '', ...offered }, index) => [
        index,
        {
          offer: { actions: index ? [offered] : [action] },
          toolbar: { root, refresh: () => refreshed++, blockedReason: () => blocked },
          isFilled() {
            asked += 1;
            return state === 'filled';
          },
          isBusy: () => state === 'busy',
          isWaiting: () => state === 'waiting',
        },
      ]),
    ),
    offers: {
      estimates: {
        from_usd: 0.01,
        currency: '',
        currency_rate: 0,
        max_chars: 100_000,
        actions: { 7: { fixed_usd: 0.002, usd_per_char: 0.00001, typical_chars: 3_000 } },
        ...how,
      },
    },
  });
  const text = () => (part('estimate').hidden ? '' : part('estimate').textContent);
  return {
    text,
    total: () => (part('filling-estimate').hidden ? '' : part('filling-estimate').textContent),
    action,
    write(count) {
      intro.value = 'x'.repeat(count);
      edits.forEach((edit) => edit());
      return text();
    },
    times: () => refreshed,
    asked: () => asked,
    open() {
      panel.hidden = false;
      panel.dispatchEvent(new Event('show'));
    },
  };
}

test('the button says about how much a click costs, and follows what is written', () => {
  const button = shown({ chars: 4_000 });
  assert.equal(button.text(), 'About $0.042');
  assert.equal(button.action.estimate, 'About $0.042');
  assert.equal(button.write(9_000), 'About $0.092');
  assert.equal(button.times(), 2);
});

test('an amount below that of the setting is not worth telling', () => {
  assert.equal(shown({ chars: 799 }).text(), '');
  assert.equal(shown({ chars: 801 }).text(), 'About $0.010');
  assert.equal(shown({ chars: 1, from_usd: 0 }).text(), 'About $0.0020');
  assert.equal(shown({ chars: 1, from_usd: 0, actions: {} }).text(), '');
});

test('no more of a source costs than is sent', () => {
  assert.equal(shown({ chars: 900_000 }).text(), 'About $1.00');
});

test('a source that the form does not show is taken to be like those before', () => {
  assert.equal(shown({ chars: 0, source: '@preview' }).text(), 'About $0.032');
});

test('the amount is written as the language does, and in the currency of the site too', () => {
  const euro = { currency: 'EUR', currency_rate: 0.86 };
  assert.equal(shown({ chars: 4_000, ...euro }).text(), 'About $0.042 (0.036 EUR)');
  assert.equal(shown({ chars: 4_000, ...euro, lang: 'de' }).text(), 'About $0,042 (0,036 EUR)');
});

test('before all empty fields are filled, the sum of what that costs is said', () => {
  const another = { id: 7, source: 'intro' };
  assert.equal(shown({ chars: 4_000 }).total(), 'All: $0.042');
  assert.equal(shown({ chars: 4_000, others: [another, another] }).total(), 'All: $0.13');
  const unknown = { id: 8, source: 'intro' };
  assert.equal(shown({ chars: 4_000, others: [unknown] }).total(), '$0.042 for 1 of 2');
});

test('the sum leaves out what would not be run, and follows what is written', () => {
  const others = ['filled', 'busy', 'waiting'].map((state) => ({ id: 7, source: 'intro', state }));
  const blocked = { id: 7, source: 'intro', blocked: 'Write something first.' };
  const button = shown({ chars: 4_000, others: [...others, blocked] });
  assert.equal(button.total(), 'All: $0.042');
  button.write(9_000);
  assert.equal(button.total(), 'All: $0.092');
  assert.equal(shown({ chars: 4_000, from_usd: 1 }).total(), '');
});

test('while the panel is closed nobody is asked for the sum; it is there when the panel opens', () => {
  const button = shown({ chars: 4_000, isClosed: true });
  assert.equal(button.write(9_000), 'About $0.092');
  assert.equal(button.asked(), 0);
  button.open();
  assert.equal(button.total(), 'All: $0.092');
});
