import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compose, joinSentences, leaveAgain } from '#js/choices.js';
import { compareParts, compareWords, sentences } from '#js/diff.js';

globalThis.document = { documentElement: { lang: 'en' } };

/** Writes changes as `[-removed-]` and `{+added+}`. */
const written = (before, after) =>
  compareWords(before, after)
    .map((hunk) => {
      const [old, next] = [hunk.before.join(''), hunk.after.join('')];
      if (hunk.isSame) return next;
      return (old && `[-${old}-]`) + (next && `{+${next}+}`);
    })
    .join('');

/** @param {string} text */
const parts = (text) => sentences(text).map((each) => ({ key: each.trim(), text: each }));

/**
 * @param {string} before
 * @param {string} after
 * @param {number[]} [left] - the numbers of the changes that are not wanted
 */
function taken(before, after, left = []) {
  const hunks = compareParts(parts(before), parts(after));
  const changes = hunks.filter(({ isSame }) => !isSame);
  return joinSentences(
    hunks,
    compose(hunks, (hunk) => left.includes(changes.indexOf(hunk))),
  );
}

/** @param {string} before @param {string} after */
const countChanges = (before, after) =>
  compareParts(parts(before), parts(after)).filter(({ isSame }) => !isSame).length;

test('changes are found word by word', () => {
  assert.equal(
    written('The quick brown fox', 'The quick red fox'),
    'The quick [-brown-]{+red+} fox',
  );
  assert.equal(written('One, two', 'One, two, three'), 'One, two{+, three+}');
});

test('a space between two changed words is part of the change', () => {
  assert.equal(
    written('We saw brown foxes at night', 'We saw red hens at night'),
    'We saw [-brown foxes-]{+red hens+} at night',
  );
});

test('a script without spaces has words too', () => {
  assert.equal(written('我喜欢红色的苹果', '我喜欢绿色的苹果'), '我喜欢[-红色-]{+绿色+}的苹果');
});

test('texts with next to nothing in common are shown one after the other', () => {
  const [former, next] = ['It is a long way to the top', 'Small models write drafts to the point'];
  assert.equal(written(former, next), `[-${former}-]{+${next}+}`);
});

test('very long texts that differ are not compared for seconds', () => {
  const [former, next] = ['a b c '.repeat(2_000), 'd e f '.repeat(2_000)];
  assert.equal(written(former, next), `[-${former}-]{+${next}+}`);
});

test('sentences end where they do, not behind an abbreviation', () => {
  const text = 'Dr. Weiss came, e.g. by boat. It rained!\n\nNobody knew.';
  assert.deepEqual(sentences(text), [
    'Dr. Weiss came, e.g. by boat. ',
    'It rained!\n\n',
    'Nobody knew.',
  ]);
  assert.deepEqual(sentences('潮が早く来た。船は乾いていた。'), [
    '潮が早く来た。',
    '船は乾いていた。',
  ]);
  assert.deepEqual(sentences(''), []);
});

test('each change of a text is taken or left by itself', () => {
  const before = 'The tide came. Nobody knew. The boats lay dry.';
  const after = 'The tide came early. Nobody knew. The boats lay dry until noon.';
  assert.equal(countChanges(before, after), 2);
  assert.equal(taken(before, after), after);
  assert.equal(
    taken(before, after, [0]),
    'The tide came. Nobody knew. The boats lay dry until noon.',
  );
  assert.equal(taken(before, after, [1]), 'The tide came early. Nobody knew. The boats lay dry.');
});

test('all changes taken give the new text, and none the former one, to the character', () => {
  const texts = [
    '',
    'Apes.',
    'Apes. Bees.',
    'Apes.\n\nB. Cats.',
    'Cats. Apes.',
    'Apes.  Bees.\nD. Elks.',
    'Elks. Bees. Apes.',
    ' Apes. ',
  ];
  for (const before of texts) {
    for (const after of texts) {
      assert.equal(taken(before, after), after);
      // Where only white space differs, there is nothing to leave.
      const count = countChanges(before, after);
      if (count) assert.equal(taken(before, after, [0, 1, 2, 3, 4, 5]), before);
    }
  }
});

test('sentences that are new, or gone, are changes of their own', () => {
  assert.equal(countChanges('Apes.', 'Apes. Bees. Cats.'), 2);
  assert.equal(taken('Apes.', 'Apes. Bees. Cats.', [0]), 'Apes. Cats.');
  assert.equal(taken('Apes. Bees. Cats.', 'Apes.', [1]), 'Apes. Cats.');
});

test('a sentence that was rewritten is paired with its former self, whatever stands between', () => {
  const before = 'The boats lay dry. The master of the harbour said nothing about it.';
  const after =
    'The boats lay dry until noon. All were full of fish. The harbour master said little.';
  const changes = compareParts(parts(before), parts(after));
  assert.deepEqual(
    changes.map((hunk) => [hunk.before.length, hunk.after.length]),
    [
      [1, 1],
      [0, 1],
      [1, 1],
    ],
  );
  assert.equal(
    taken(before, after, [0, 2]),
    'The boats lay dry. All were full of fish. The master of the harbour said nothing about it.',
  );
});

test('a change that was left out is left out again when the field was edited meanwhile', () => {
  const change = (key) => ({
    isSame: false,
    before: [{ key, text: 'old' }],
    after: [{ key, text: 'new' }],
  });
  const left = new Set([change('two'), change('gone')]);
  const hunks = [change('one'), change('two'), { ...change('two'), isSame: true }];

  leaveAgain(hunks, left);

  assert.deepEqual([...left], [hunks[1]]);
  assert.equal([...left][0], hunks[1]);
});
