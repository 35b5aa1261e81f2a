import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createSequences } from '#js/fields/block_sequences.js';

/** Wagtail's widget of a stream or a list, as far as it is used. */
class Sequence {
  /** @param {any[]} states - of its blocks */
  constructor(states) {
    /** @type {any[]} */
    this.children = [];
    states.forEach((state, index) => this.insert(state, index, state));
  }

  /** @type {(state: any, index: number, options: any) => void} */
  insert(state, index, options) {
    const isEntry = !state?.type;
    const id = (isEntry ? options.id : state.id) ?? null;
    const value = isEntry && state?.value !== undefined ? state.value : (state.value ?? state);
    const input = { value: id ?? '' };
    const block = Array.isArray(value) ? new Sequence(value) : { getState: () => value };
    this.children.splice(index, 0, {
      ...(isEntry ? {} : { type: state.type }),
      id,
      block,
      element: { querySelector: () => input },
      getState() {
        const own = { value: block.getState(), id: this.id };
        return isEntry ? own : { type: state.type, ...own };
      },
    });
  }

  /** @param {number} index */
  deleteBlock(index) {
    this.children.splice(index, 1);
  }

  /** @returns {unknown} */
  getState() {
    return this.children.map((child) => child.getState());
  }
}

/** @type {(id: string, value?: unknown) => object} */
const heading = (id, value = id) => ({ type: 'heading', value, id });
/** @type {(id: string) => object} */
const entry = (id) => ({ value: id, id });
const POINTS = { type: 'points', value: [entry('one'), entry('two')], id: 'p' };

/** @param {any[]} states */
function formWith(...states) {
  const root = new Sequence(states);
  const place = new EventTarget();
  let changes = 0;
  place.addEventListener('change', () => (changes += 1));
  const sequences = createSequences(/** @type {any} */ (place), root);
  return { root, sequences, count: () => changes };
}

test('each block of a stream or list is told with what is around it', () => {
  const { sequences } = formWith(heading('a'), POINTS);
  assert.deepEqual(sequences.rows(), [
    { names: ['heading'], id: 'a', within: '', is_entry: false },
    { names: ['points'], id: 'p', within: '', is_entry: false },
    { names: ['points'], id: 'one', within: 'p', is_entry: true },
    { names: ['points'], id: 'two', within: 'p', is_entry: true },
  ]);
});

test('a form whose widget is not there has no blocks, and loses none', () => {
  const sequences = createSequences(/** @type {any} */ (new EventTarget()), undefined);
  assert.deepEqual(sequences.rows(), []);
  assert.deepEqual(sequences.apply([{ names: [], id: 'a', delete: true }]), []);
});

test('only blocks that were inserted after the form came get an id, the same in all places', () => {
  const { root, sequences } = formWith(heading('a'), { type: 'heading', value: 'old' });
  assert.equal(sequences.rows()[1].id, '');
  root.insert({ type: 'heading', value: 'new' }, 2, {});

  const { id } = sequences.rows()[2];
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(root.children[2].id, id);
  assert.equal(sequences.rows()[1].id, '');
});

/** @type {(after: string, ...ids: string[]) => LLMActions.BlockChange} */
const insertion = (after, ...ids) => ({
  names: [],
  id: ids[0],
  within: '',
  after,
  insert: /** @type {any[]} */ (ids.map((id) => heading(id))),
});
/** @type {(id: string) => LLMActions.BlockChange} */
const deletion = (id) => ({ names: [], id, delete: true });

test('a block behind one without an id comes back to its place', () => {
  const { root, sequences } = formWith(heading('a'), { type: 'heading', value: 'x' }, heading('b'));
  sequences.apply(sequences.apply([deletion('b')]));
  assert.deepEqual(
    root.children.map(({ block }) => block.getState()),
    ['a', 'x', 'b'],
  );
});

test('blocks that are inserted at one place stand in the order of their changes', () => {
  const { root, sequences, count } = formWith(heading('a'), heading('b'));
  sequences.apply([insertion('a', 'c', 'd'), insertion('a', 'e'), insertion('', 'f')]);
  assert.deepEqual(
    root.children.map(({ id }) => id),
    ['f', 'a', 'c', 'd', 'e', 'b'],
  );
  assert.equal(count(), 1);
});

test('what is refused, or has lost its place, changes nothing', () => {
  const { root, sequences, count } = formWith(heading('a'));
  const before = root.getState();
  const undo = sequences.apply([
    { ...insertion('a', 'b'), refused: 'No.' },
    { ...deletion('a'), refused: 'No.' },
    insertion('gone', 'c'),
    { ...insertion('', 'd'), within: 'gone' },
    deletion('gone'),
  ]);
  assert.deepEqual([undo, root.getState(), count()], [[], before, 0]);
});

test('whatever was inserted and deleted, undo brings back the exact blocks', () => {
  const changes = [
    deletion('one'),
    deletion('a'),
    deletion('p'),
    deletion('two'),
    insertion('a', 'x', 'y'),
    insertion('b', 'z'),
    insertion('', 'first'),
    deletion('b'),
  ];
  for (let chosen = 0; chosen < 2 ** changes.length; chosen += 1) {
    const { root, sequences } = formWith(heading('a'), POINTS, heading('b'), heading('c'));
    const before = root.getState();
    const taken = changes.filter((_change, index) => chosen & (2 ** index));
    // As it is kept for the time after a reload.
    const undo = JSON.parse(JSON.stringify(sequences.apply(taken)));
    const gone = taken.filter((change) => change.delete).map(({ id }) => id);
    assert.ok(!sequences.rows().some(({ id }) => gone.includes(id)));
    sequences.apply(undo);
    assert.deepEqual(root.getState(), before);
  }
});
