import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findField, measure, merge, withDefaults } from '#js/fields.js';
import { createField } from '#js/fields/text.js';

class Input {
  maxLength = 10;

  value = '';

  addEventListener() {}
}
globalThis.HTMLInputElement = Input;

/** @param {string} value */
const input = (value = '') => withDefaults(createField(Object.assign(new Input(), { value }), {}));

/** @param {string} value */
const textarea = (value = '') => withDefaults(createField({ value, maxLength: -1 }, {}));

test('an input gets one line, a textarea keeps its lines', () => {
  const text = ' Small models, \n quick drafts\n';
  assert.equal(input().normalize(text), 'Small models, quick drafts');
  assert.equal(textarea().normalize(text), 'Small models, \n quick drafts');
});

test('characters count like in Python, not like in JavaScript', () => {
  const size = { limit: 10, tooLong: false };
  assert.deepEqual(measure(input(), '😀'.repeat(10)), { ...size, count: 10 });
  assert.deepEqual(measure(input(), '12345678901'), { count: 11, limit: 10, tooLong: true });
  const unlimited = { count: 19, limit: null, tooLong: false };
  assert.deepEqual(measure(textarea(), 'as long as you like'), unlimited);
});

test('an accepted text replaces the own one, or stands before or behind it', () => {
  const line = input('Own words.');
  const lines = textarea('Own words.\n');
  assert.equal(merge(line, 'New.', 'replace'), 'New.');
  assert.equal(merge(line, 'New.', 'append'), 'Own words. New.');
  assert.equal(merge(line, 'New.', 'prepend'), 'New. Own words.');
  assert.equal(merge(lines, 'New.', 'append'), 'Own words.\n\nNew.');
  assert.equal(merge(lines, 'New.', 'prepend'), 'New.\n\nOwn words.\n');
});

test('nothing is put between a text and no text', () => {
  assert.equal(merge(textarea(' '), 'New.', 'append'), 'New.');
  assert.equal(merge(textarea('Own words.'), '', 'append'), 'Own words.');
  assert.equal(merge(textarea('Own words.'), '', 'replace'), '');
});

test('a field of a writer that says little has the behaviour of a text', () => {
  const field = withDefaults({ place: {}, read: () => 'Own words.', write() {}, onEdit() {} });
  assert.equal(field.normalize(' New. '), 'New.');
  assert.equal(merge(field, 'New.', 'append'), 'Own words.\n\nNew.');
  assert.equal(measure(field, 'New.').tooLong, false);
});

test('a writer that fails costs its own fields their widgets, and no others', async () => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const module = (find) => `data:text/javascript,export default { find: ${find} };`;
  const find = (name, writer) => findField({}, name, writer);
  const title = await find('title', module('(form, name) => ({ read: () => name })'));
  const tags = await find('tags', module('() => { throw new Error("No tags.") }'));
  const date = await find('date', module('() => null'));
  delete globalThis.reportError;

  assert.equal(title.read(), 'title');
  assert.deepEqual([tags, date], [null, null]);
  assert.deepEqual(reported, ['No tags.']);
});

test('marks that nobody sees stay, and do not count', () => {
  const marked = `1234567890\u2063\u200b`;
  assert.deepEqual(measure(input(), marked), { count: 10, limit: 10, tooLong: false });
  assert.equal(merge(input(), '123\u2063', 'replace'), '123\u2063');
  // There is no room for them in the field.
  assert.equal(merge(input(), marked, 'replace'), '1234567890');
});
