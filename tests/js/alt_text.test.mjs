import assert from 'node:assert/strict';
import { test } from 'node:test';

class Input {
  maxLength = -1;

  #value = '';

  /** @type {(() => void)[]} */
  changed = [];

  /** @param {Record<string, unknown>} values */
  constructor(values) {
    Object.assign(this, { type: 'text', value: '', checked: false }, values);
  }

  get value() {
    return this.#value;
  }

  set value(text) {
    this.#value = text;
  }

  focus() {}

  select() {}

  matches() {
    return false;
  }

  /** @param {string} type @param {() => void} callback */
  addEventListener(type, callback) {
    if (type === 'change') this.changed.push(callback);
  }

  dispatchEvent({ type }) {
    if (type === 'change') this.changed.forEach((callback) => callback());
  }
}
globalThis.HTMLInputElement = Input;
globalThis.HTMLTextAreaElement = class {};
globalThis.RadioNodeList = class {};
globalThis.document = { activeElement: null };

const { default: writer } = await import('#js/fields/alt_text.js');

/** @param {string} box - its name @param {Record<string, unknown>} values - of the controls */
function form(box, { value = '', checked = false } = {}) {
  const place = { contains: () => true };
  const text = new Input({ value, parentElement: { closest: () => place } });
  const decorative = new Input({ type: 'checkbox', checked });
  const controls = { 'body-0-value-alt_text': text, [box]: decorative };
  const field = writer.find(
    { elements: { namedItem: (name) => controls[name] ?? null } },
    'body-0-value-alt_text',
  );
  return { field, text, decorative };
}

const BOXES = ['body-0-value-decorative', 'body-0-value-is_decorative'];

BOXES.forEach((box) => {
  test(`no text means that the image is decorative: ${box}`, () => {
    const { field, text, decorative } = form(box, { value: 'Old' });
    const undo = field.write('');
    assert.deepEqual([text.value, decorative.checked, field.value()], ['', true, '']);
    undo();
    assert.deepEqual([text.value, decorative.checked, field.value()], ['Old', false, 'Old']);
  });
});

test('a text means that it is not', () => {
  const { field, text, decorative } = form(BOXES[0], { checked: true });
  const undo = field.write('New');
  assert.deepEqual([text.value, decorative.checked], ['New', false]);
  undo();
  assert.deepEqual([text.value, decorative.checked], ['', true]);
});

test('what the field held is brought back after a reload, too', () => {
  const { field, text, decorative } = form(BOXES[0]);
  const before = field.value();
  field.write('New');
  field.write(before);
  assert.deepEqual([text.value, decorative.checked], ['', false]);
  field.write('');
  const checked = field.value();
  field.write('New');
  field.write(checked);
  assert.deepEqual([text.value, decorative.checked], ['', true]);
});

test('a box of another block, or another name, is left alone', () => {
  ['body-1-value-decorative', 'body-0-value-lazy'].forEach((box) => {
    const { field, text, decorative } = form(box, { value: 'Old' });
    field.write('');
    assert.deepEqual([text.value, decorative.checked], ['', false]);
  });
});

test('whoever checks the box changes the field', () => {
  const { field, decorative } = form(BOXES[0]);
  let changes = 0;
  field.onEdit(() => (changes += 1));
  decorative.checked = true;
  decorative.dispatchEvent({ type: 'change' });
  assert.equal(changes, 1);
});
