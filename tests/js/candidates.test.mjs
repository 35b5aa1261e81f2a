import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pick } from '../../wagtail_llm_actions/static/wagtail_llm_actions/js/candidates.js';

/** @param {string[]} statuses */
const candidates = (...statuses) => statuses.map((status) => ({ run: { status }, text: '' }));

test('the candidate that is shown stays while it may become a text', () => {
  assert.equal(pick(candidates('queued', 'succeeded'), 0), 0);
  assert.equal(pick(candidates('succeeded', 'succeeded'), 1), 1);
});

test('one that failed gives way to one that has come, or that is on its way', () => {
  assert.equal(pick(candidates('failed', 'running', 'succeeded'), 0), 2);
  assert.equal(pick(candidates('cancelled', 'failed', 'queued'), 0), 2);
});

test('where all are lost, nothing changes', () => {
  assert.equal(pick(candidates('failed', 'failed'), 1), 1);
});
