import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pick } from '../../wagtail_llm_actions/static/wagtail_llm_actions/js/suggestions.js';

/** @param {string[]} statuses */
const suggestions = (...statuses) => statuses.map((status) => ({ run: { status }, text: '' }));

test('the suggestion that is shown stays while it may become a text', () => {
  assert.equal(pick(suggestions('queued', 'succeeded'), 0), 0);
  assert.equal(pick(suggestions('succeeded', 'succeeded'), 1), 1);
});

test('one that failed gives way to one that has come, or that is on its way', () => {
  assert.equal(pick(suggestions('failed', 'running', 'succeeded'), 0), 2);
  assert.equal(pick(suggestions('cancelled', 'failed', 'queued'), 0), 2);
});

test('where all are lost, nothing changes', () => {
  assert.equal(pick(suggestions('failed', 'failed'), 1), 1);
});
