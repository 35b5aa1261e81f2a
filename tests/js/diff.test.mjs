import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { createCompare } from '#js/diff.js';

const library = new URL(
  '../../wagtail_llm_actions/static/wagtail_llm_actions/vendor/diff/diff.min.js',
  import.meta.url,
).href;

/** Writes changes as `[-removed-]` and `{+added+}`. */
const written = (changes) =>
  changes
    .map(({ value, added, removed }) => {
      if (removed) return `[-${value}-]`;
      return added ? `{+${value}+}` : value;
    })
    .join('');

// Once for all tests, as once on a page: a module runs only once.
const compare = createCompare(library);

before(() => {
  globalThis.window = globalThis;
});

test('changes are found word by word', async () => {
  const changes = await compare('The quick brown fox', 'The quick red fox');
  assert.equal(written(changes), 'The quick [-brown-]{+red+} fox');
});

test('a script without spaces has words too', async () => {
  const changes = await compare('我喜欢红色的苹果', '我喜欢绿色的苹果');
  assert.equal(written(changes), '我喜欢[-红色-]{+绿色+}的苹果');
});

test('texts with next to nothing in common are shown one after the other', async () => {
  const [former, next] = ['It is a long way to the top', 'Small models write drafts to the point'];
  const changes = await compare(former, next);
  assert.equal(written(changes), `[-${former}-]{+${next}+}`);
});

test('the library leaves no trace on the page', async () => {
  globalThis.Diff = 'of another package';
  await createCompare(`${library}?again`)('a', 'b');
  assert.equal(globalThis.Diff, 'of another package');
});

test('without the library there are no changes to show', async () => {
  assert.deepEqual(await createCompare('file:///missing.js')('a', 'b'), []);
});
