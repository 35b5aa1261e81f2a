import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { doneMessage, lengthMessage, progressMessage, runDetails } from '#js/messages.js';

const texts = {
  waiting: 'Waiting…',
  thinking: 'Thinking…',
  starting: 'Starting…',
  repairing: 'Adjusting…',
  next: 'Next.',
  queued: 'Ahead: {number}',
  writing: 'Writing…',
  done: 'Done',
  doneIn: 'Done in {seconds} s',
  length: '{count} of {limit}',
  tooLong: '{count} of {limit}: too long',
  tokens: 'Tokens: {input} in, {output} out',
  clickCost: 'all: {cost}',
};

before(() => {
  globalThis.document = { documentElement: { lang: 'de' } };
});

test('the progress of a run', () => {
  assert.equal(progressMessage({ status: 'queued', queue_position: 2 }, '', texts), 'Ahead: 2');
  assert.equal(progressMessage({ status: 'queued', queue_position: 0 }, '', texts), 'Next.');
  const first = { status: 'queued', queue_position: 0, is_starting: true };
  assert.equal(progressMessage(first, '', texts), 'Starting…');
  assert.equal(progressMessage({ status: 'running' }, '', texts), 'Waiting…');
  const repairing = { status: 'running', is_repairing: true };
  assert.equal(progressMessage(repairing, 'The tide', texts), 'Adjusting…');
  assert.equal(progressMessage({ status: 'running', is_reasoning: true }, '', texts), 'Thinking…');
  assert.equal(progressMessage({ status: 'running' }, 'Small', texts), 'Writing…');
  assert.equal(progressMessage({ status: 'running', retry_message: 'Busy' }, '', texts), 'Busy');
});

test('numbers are written as the language of the page has them', () => {
  assert.equal(doneMessage({ seconds: 3.24 }, texts), 'Done in 3,2 s');
  assert.equal(
    lengthMessage({ count: 1200, limit: 4000, tooLong: false }, texts),
    '1.200 of 4.000',
  );
});

test('what a provider does not report is left out', () => {
  assert.equal(doneMessage({ seconds: null }, texts), 'Done');
  const model = { model_label: 'GPT-4', input_tokens: null, output_tokens: null };
  assert.equal(runDetails(model, texts), 'GPT-4');
  const counted = { ...model, input_tokens: 120, output_tokens: 0, cost: '$0.0021' };
  assert.equal(runDetails(counted, texts), 'GPT-4 · Tokens: 120 in, 0 out · $0.0021');
  assert.equal(
    runDetails(counted, texts, '$0.0063'),
    'GPT-4 · Tokens: 120 in, 0 out · $0.0021 · all: $0.0063',
  );
});

test('a length is only shown where there is a limit', () => {
  assert.equal(lengthMessage({ count: 12, limit: null, tooLong: false }, texts), '');
  assert.equal(lengthMessage({ count: 12, limit: 10, tooLong: true }, texts), '12 of 10: too long');
});
