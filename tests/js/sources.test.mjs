import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isSourceEmpty } from '#js/fields.js';

class Input {
  type = 'text';

  value = '';

  hasAttribute() {
    return this.type === 'hidden';
  }
}
globalThis.HTMLInputElement = Input;
globalThis.HTMLTextAreaElement = class {};

/** @param {Partial<Input>} values */
const form = (values) => ({
  elements: { namedItem: (name) => (name === 'intro' ? Object.assign(new Input(), values) : null) },
});

/** @param {...{type: string, text: string}} blocks */
const richText = (...blocks) => form({ type: 'hidden', value: JSON.stringify({ blocks }) });

test('a text is empty where it has white space only', () => {
  assert.equal(isSourceEmpty(form({ value: ' ' }), 'intro'), true);
  assert.equal(isSourceEmpty(form({ value: 'Tide' }), 'intro'), false);
});

test('a rich text is empty where no block has a text, and none is an image', () => {
  assert.equal(isSourceEmpty(form({ type: 'hidden', value: 'null' }), 'intro'), true);
  assert.equal(isSourceEmpty(richText({ type: 'unstyled', text: '' }), 'intro'), true);
  assert.equal(isSourceEmpty(richText({ type: 'unstyled', text: 'Tide' }), 'intro'), false);
  assert.equal(isSourceEmpty(richText({ type: 'atomic', text: ' ' }), 'intro'), false);
});

test('of what it does not know, it does not say that it is empty', () => {
  assert.equal(isSourceEmpty(form({ type: 'number' }), 'intro'), false);
  assert.equal(isSourceEmpty(form({}), 'body'), false);
  assert.equal(isSourceEmpty(null, 'intro'), false);
});
