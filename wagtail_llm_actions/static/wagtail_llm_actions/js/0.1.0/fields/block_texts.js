/**
 * The writer of the texts of a StreamField's blocks: of each into its own control, so that all else of
 * the field stays as it is. Values are lists of texts, as JSON.
 */

import { showDirectionControls } from '../dom.js';
import { isContent } from '../draftail.js';
import { findBox, withDefaults } from '../fields.js';
import { BLOCK, BOX, isGone, ownInput } from '../items.js';
import { createPrepare } from './conversion.js';
import richText, { parse, textOf } from './rich_text.js';
import plainText from './text.js';

const STEP = '[data-contentpath], [data-contentpath-disabled]';

/**
 * @param {Element} box - around an input
 * @param {Element} place - of the field
 * @returns {string[]} the names on the way to the block; the entries of a list have none
 */
function namesOf(box, place) {
  const names = [];
  let step = box.closest(STEP);
  while (step && place.contains(step)) {
    const isBlock = step.matches(BLOCK);
    const name = isBlock ? ownInput(step, 'type').value : step.getAttribute('data-contentpath');
    if (name) names.unshift(name);
    step = step.parentElement?.closest(STEP) ?? null;
  }
  return names;
}

/**
 * @param {HTMLFormElement} form
 * @param {Element} place
 */
function findTexts(form, place) {
  return Array.from(place.querySelectorAll(BOX)).flatMap((box) => {
    const name = box.querySelector('[name]')?.getAttribute('name');
    const owner = box.closest(BLOCK);
    if (!name || !owner || isGone(owner) || box.querySelector(BOX)) return [];
    const field = plainText.find(form, name) ?? richText.find(form, name);
    const { value: id } = ownInput(owner, 'id');
    return field && id ? [{ names: namesOf(box, place), id, field: withDefaults(field) }] : [];
  });
}

/** @param {Pick<LLMActions.BlockText, 'names' | 'id'>} text */
const keyOf = ({ names, id }) => JSON.stringify([names, id]);

/** @param {string} [value] */
const shownText = (value = '') => (isContent(value) ? textOf(value) : value);

/** @param {LLMActions.PartKind<LLMActions.RichPart>} rich */
function createKind(rich) {
  /** @type {LLMActions.PartKind<LLMActions.BlockTextPart>} */
  const kind = {
    isInline: false,

    split: (value) =>
      /** @type {LLMActions.BlockText[]} */ (JSON.parse(value || '[]')).map((change) => {
        const lines = isContent(change.value ?? '') ? rich.split(String(change.value)) : [];
        const text = lines.length
          ? lines.map((line) => line.text).join('\n')
          : (change.value ?? '');
        return { key: keyOf(change) + change.run, text, lines, change };
      }),

    // What is proposed are changes alone, each of a text that is there.
    compare: (before, after) =>
      after.map((next) => {
        const old = before.find(({ change }) => keyOf(change) === keyOf(next.change));
        next.isProposed = true;
        if (old) old.change.label = next.change.label;
        const isSame = !old || next.change.value === undefined;
        return { isSame, before: old && !isSame ? [old] : [], after: [next] };
      }),

    // What is left out is not written: it may be edited before the rest is accepted.
    join: (parts) =>
      JSON.stringify(parts.filter(({ isProposed }) => isProposed).map(({ change }) => change)),

    show(part, offset, text) {
      if (!part.lines.length) return [document.createTextNode(showDirectionControls(text))];
      const end = offset + [...text].length;
      let start = 0;
      return part.lines.flatMap((line) => {
        const characters = [...line.text];
        const [from, to] = [Math.max(offset - start, 0), Math.min(end - start, characters.length)];
        const nodes = from < to ? rich.show(line, from, characters.slice(from, to).join('')) : [];
        start += characters.length + 1;
        const hasBreak = offset < start && start <= end;
        return hasBreak ? [...nodes, document.createTextNode('\n')] : nodes;
      });
    },

    box({ change }, nodes) {
      const box = document.createElement('div');
      const label = document.createElement('strong');
      const text = document.createElement('p');
      label.textContent = change.label ?? '';
      if (change.refused) {
        const reason = document.createElement('em');
        reason.textContent = change.refused;
        text.append(reason);
      } else text.append(...nodes);
      box.append(label, text);
      return box;
    },
  };
  return kind;
}

/** A change in many blocks at once is one. */
const SETTLE_MS = 250;

/**
 * @param {HTMLFormElement} form
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(form, place) {
  const texts = () => findTexts(form, place);
  const value = () =>
    JSON.stringify(texts().map(({ names, id, field }) => ({ names, id, value: field.value() })));
  const prepare = createPrepare(value, (answer) =>
    /** @type {LLMActions.BlockText[]} */ (JSON.parse(answer.value))
      .map((change) => shownText(change.value))
      .filter(Boolean)
      .join('\n\n'),
  );

  return {
    place,
    value,
    read: () =>
      texts()
        .map(({ field }) => field.read())
        .filter(Boolean)
        .join('\n\n'),
    async prepare(run, text, post) {
      const outcome = await prepare(run, text, post);
      const changes = /** @type {LLMActions.BlockText[]} */ (JSON.parse(outcome.value));
      // What is left out of one proposal may be taken of another.
      return {
        ...outcome,
        value: JSON.stringify(changes.map((each) => ({ ...each, run: run.id }))),
      };
    },
    async loadTextParts() {
      // The second one at once, so that a click leaves out what is shown then.
      const [{ createParts }] = await Promise.all([
        import('./rich_parts.js'),
        import('../choices.js'),
      ]);
      return createKind(createParts(parse));
    },
    write(next) {
      const active = document.activeElement;
      const found = new Map(texts().map((text) => [keyOf(text), text.field]));
      const undo = /** @type {LLMActions.BlockText[]} */ (JSON.parse(next)).flatMap((change) => {
        const field = found.get(keyOf(change));
        const isChange = field && change.value !== undefined && field.value() !== change.value;
        return isChange ? [field.write(String(change.value))] : [];
      });
      // Else it would be in the last text, far from the card.
      if (active instanceof HTMLElement) active.focus({ preventScroll: true });
      return () => undo.reverse().forEach((takeBack) => takeBack());
    },
    onEdit(callback) {
      let last = value();
      let timer = 0;
      const check = () => {
        const now = value();
        if (now === last) return;
        last = now;
        callback();
      };
      const wait = () => {
        clearTimeout(timer);
        timer = window.setTimeout(check, SETTLE_MS);
      };
      new MutationObserver(wait).observe(place, {
        subtree: true,
        childList: true,
        characterData: true,
        attributeFilter: ['aria-hidden'],
      });
      place.addEventListener('input', wait);
      place.addEventListener('change', wait);
    },
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, path) {
    const place = findBox(form, path.replace(/:\*$/, '-count'));
    return place ? createField(form, place) : null;
  },
};
