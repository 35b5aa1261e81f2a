import assert from 'node:assert/strict';
import { test } from 'node:test';

import { showDirectionControls } from '#js/dom.js';

test('what turns the direction of reading is named', () => {
  assert.equal(showDirectionControls('pay \u202e001\u202c €'), 'pay [U+202E]001[U+202C] €');
  assert.equal(showDirectionControls('\u2066a\u2069'), '[U+2066]a[U+2069]');
});

test('marks and joiners that scripts and emoji need stay', () => {
  const text = 'עברית\u200f 👩\u200d🌾 \u200e';
  assert.equal(showDirectionControls(text), text);
});
