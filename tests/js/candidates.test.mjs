import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pickCandidate } from '#js/generation.js';

/** @param {string[]} statuses */
const candidates = (...statuses) => statuses.map((status) => ({ run: { status }, text: '' }));

test('the candidate that is shown stays while it may become a text', () => {
  assert.equal(pickCandidate(candidates('queued', 'succeeded'), 0), 0);
  assert.equal(pickCandidate(candidates('succeeded', 'succeeded'), 1), 1);
});

test('one that failed gives way to one that has come, or that is on its way', () => {
  assert.equal(pickCandidate(candidates('failed', 'running', 'succeeded'), 0), 2);
  assert.equal(pickCandidate(candidates('cancelled', 'failed', 'queued'), 0), 2);
});

test('where all are lost, nothing changes', () => {
  assert.equal(pickCandidate(candidates('failed', 'failed'), 1), 1);
});
