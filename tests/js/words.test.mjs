import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import {
  details,
  done,
  length,
  progress,
} from '../../wagtail_llm_actions/static/wagtail_llm_actions/js/words.js';

const texts = {
  waiting: 'Waiting…',
  next: 'Next.',
  queued: 'Ahead: {number}',
  writing: 'Writing…',
  done: 'Done',
  doneIn: 'Done in {seconds} s',
  length: '{count} of {limit}',
  tooLong: '{count} of {limit}: too long',
  tokens: 'Tokens: {input} in, {output} out',
};

before(() => {
  globalThis.document = { documentElement: { lang: 'de' } };
});

test('the progress of a run', () => {
  assert.equal(progress({ status: 'queued', ahead: 2 }, '', texts), 'Ahead: 2');
  assert.equal(progress({ status: 'queued', ahead: 0 }, '', texts), 'Next.');
  assert.equal(progress({ status: 'running' }, '', texts), 'Waiting…');
  assert.equal(progress({ status: 'running' }, 'Small', texts), 'Writing…');
  assert.equal(progress({ status: 'running', waiting: 'Busy' }, '', texts), 'Busy');
});

test('numbers are written as the language of the page has them', () => {
  assert.equal(done({ seconds: 3.24 }, texts), 'Done in 3,2 s');
  assert.equal(length({ count: 1200, limit: 4000, tooLong: false }, texts), '1.200 of 4.000');
});

test('what a provider does not report is left out', () => {
  assert.equal(done({ seconds: null }, texts), 'Done');
  const model = { model: 'GPT-4', input_tokens: null, output_tokens: null };
  assert.equal(details(model, texts), 'GPT-4');
  const counted = { ...model, input_tokens: 120, output_tokens: 0, cost: '$0.0021' };
  assert.equal(details(counted, texts), 'GPT-4 · Tokens: 120 in, 0 out · $0.0021');
});

test('a length is only shown where there is a limit', () => {
  assert.equal(length({ count: 12, limit: null, tooLong: false }, texts), '');
  assert.equal(length({ count: 12, limit: 10, tooLong: true }, texts), '12 of 10: too long');
});
