import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  combine,
  fit,
  measure,
} from '../../wagtail_llm_actions/static/wagtail_llm_actions/js/fields.js';

class Input {
  maxLength = 10;
}
globalThis.HTMLInputElement = Input;
const input = new Input();
const textarea = { maxLength: -1 };

test('an input gets one line, a textarea keeps its lines', () => {
  assert.equal(fit(input, ' Small models, \n quick drafts\n'), 'Small models, quick drafts');
  assert.equal(fit(textarea, 'Small models,\nquick drafts\n'), 'Small models,\nquick drafts');
});

test('characters count like in Python, not like in JavaScript', () => {
  assert.deepEqual(measure(input, '😀'.repeat(10)), { count: 10, limit: 10, tooLong: false });
  assert.deepEqual(measure(input, '12345678901'), { count: 11, limit: 10, tooLong: true });
  assert.deepEqual(measure(textarea, 'as long as you like'), {
    count: 19,
    limit: null,
    tooLong: false,
  });
});

test('an accepted text replaces the own one, or stands before or behind it', () => {
  const line = Object.assign(new Input(), { value: 'Own words.' });
  const lines = { value: 'Own words.\n' };
  assert.equal(combine(line, 'New.', 'replace'), 'New.');
  assert.equal(combine(line, 'New.', 'append'), 'Own words. New.');
  assert.equal(combine(line, 'New.', 'prepend'), 'New. Own words.');
  assert.equal(combine(lines, 'New.', 'append'), 'Own words.\n\nNew.');
  assert.equal(combine(lines, 'New.', 'prepend'), 'New.\n\nOwn words.\n');
});

test('nothing is put between a text and no text', () => {
  assert.equal(combine({ value: ' ' }, 'New.', 'append'), 'New.');
  assert.equal(combine({ value: 'Own words.' }, '', 'append'), 'Own words.');
  assert.equal(combine({ value: 'Own words.' }, '', 'replace'), '');
});
