import assert from 'node:assert/strict';
import { test } from 'node:test';

import { shorten } from '#js/shorten.js';

globalThis.document = { documentElement: { lang: 'en' } };

/** @param {number} limit */
const atMost = (limit) => (part) => [...part].length <= limit;

test('a text is cut behind the last sentence that fits', () => {
  const text = 'The tide came early. Nobody had told the boats! They lay dry until noon.';
  assert.equal(shorten(text, atMost(60)), 'The tide came early. Nobody had told the boats!');
  assert.equal(shorten(text, atMost(46)), 'The tide came early.');
});

test('where no sentence fits, it is cut behind a word', () => {
  assert.equal(
    shorten('The tide came early, and nobody had told the boats.', atMost(22)),
    'The tide came early',
  );
});

test('an abbreviation ends no sentence', () => {
  const text = 'It rained. In the morning Dr. Weiss counted the boats, e.g. the ferry.';
  assert.equal(shorten(text, atMost(40)), 'It rained.');
  assert.equal(shorten(text, atMost(63)), 'It rained.');
});

test('scripts without spaces between words are cut as well', () => {
  assert.equal(shorten('潮が早く来た。船は乾いていた。', atMost(10)), '潮が早く来た。');
  assert.equal(shorten('船は昼まで乾いていた', atMost(5)), '船は昼まで');
});

test('characters of two code units stay whole', () => {
  assert.equal(shorten('😀😀 😀😀', atMost(2)), '');
  assert.equal(shorten('Tide 😀. Boats 😀.', atMost(8)), 'Tide 😀.');
});

test('a text stays empty where not even a word fits', () => {
  assert.equal(shorten('Harbour', atMost(3)), '');
});
