/**
 * The streams and lists of a StreamField, by Wagtail's own widget: which blocks are in them, and how
 * these are inserted and deleted.
 */

import { uuid } from '../dom.js';
import { readContent } from '../draftail.js';
import { ownInput } from '../items.js';

/**
 * @param {any} block - Wagtail's widget of a block
 * @param {string[]} [names] - on the way to it from the field
 * @param {string} [within] - the id of the innermost block of a stream or a list around it
 * @returns {Generator<LLMActions.BlockSequence>}
 */
function* sequencesIn(block, names = [], within = '') {
  if (block?.children) {
    yield { sequence: block, names, within };
    for (const child of block.children) {
      const inner = child.type ? [...names, child.type] : names;
      yield* sequencesIn(child.block, inner, ownInput(child.element, 'id').value);
    }
    return;
  }
  for (const [name, child] of Object.entries(block?.childBlocks ?? {})) {
    yield* sequencesIn(child, [...names, name], within);
  }
}

/** @param {any} state - of a block, as Wagtail's widget has it @returns {unknown} the same as JSON */
function asJSON(state) {
  if (Array.isArray(state)) return state.map(asJSON);
  if (!state || typeof state !== 'object') return state;
  if (state.getCurrentContent) return readContent(/** @type {any} */ (null), state);
  return Object.fromEntries(Object.entries(state).map(([name, value]) => [name, asJSON(value)]));
}

const QUIETLY = { animate: false, focus: false };

/**
 * @param {Element} place - of the field
 * @param {object | null | undefined} root - Wagtail's widget of the field, if it is there
 * @returns {LLMActions.BlockSequences}
 */
export function createSequences(place, root) {
  /** Of blocks that the form came with; an id would be a change that nobody has made. */
  const withoutId = new Set();

  const sequences = () => [...sequencesIn(root)];

  /** @param {LLMActions.StreamChild} child */
  function idOf(child) {
    const input = ownInput(/** @type {Element} */ (child.element), 'id');
    // Code of the site may insert blocks without an id.
    if (!withoutId.has(input)) input.value ||= uuid();
    child.id = input.value || null;
    return input.value;
  }

  sequences()
    .flatMap(({ sequence }) => sequence.children)
    .map((child) => ownInput(/** @type {Element} */ (child.element), 'id'))
    .filter((input) => !input.value)
    .forEach((input) => withoutId.add(input));

  /** @param {LLMActions.BlockChange} change @returns {boolean} whether its place is still there */
  function insert({ names, within, after, insert: blocks = [] }) {
    const found = sequences().find(
      (each) => each.within === within && each.names.join() === names.join(),
    );
    const ids = found?.sequence.children.map(idOf) ?? [];
    if (!found || (after && !ids.includes(after))) return false;
    const { sequence } = found;
    const start = after ? ids.indexOf(after) + 1 : 0;
    blocks.forEach((block, index) => {
      if (block.type) sequence.insert(block, start + index, QUIETLY);
      // A list takes the value alone.
      else sequence.insert(block.value, start + index, { ...QUIETLY, id: block.id });
    });
    return true;
  }

  /** @param {string} id @returns {LLMActions.BlockChange[]} what brings the block back */
  function remove(id) {
    for (const { sequence, names, within } of sequences()) {
      const ids = sequence.children.map(idOf);
      const index = ids.indexOf(id);
      if (index >= 0) {
        const block = /** @type {any} */ (asJSON(sequence.children[index].getState?.()));
        sequence.deleteBlock(index, QUIETLY);
        return [{ id, names, within, after: ids[index - 1] ?? '', insert: [block] }];
      }
    }
    return [];
  }

  return {
    rows: () =>
      sequences().flatMap(({ sequence, names, within }) =>
        sequence.children.map((child) => ({
          names: child.type ? [...names, child.type] : names,
          id: idOf(child),
          within,
          is_entry: !child.type,
        })),
      ),

    apply(changes) {
      // Of several at one place, the first one comes to stand first.
      const inserted = changes.filter((change) => change.insert && !change.refused).reverse();
      const deleted = changes.filter((change) => change.delete && !change.refused);
      // Now there is a change, and undo has to know what stands before a block.
      if (inserted.length || deleted.length) withoutId.clear();
      const isInserted = new Set(inserted.filter(insert));
      const undo = [
        ...changes
          .filter((change) => isInserted.has(change))
          .flatMap(({ names, insert: blocks = [] }) =>
            blocks.map(({ id }) => ({ names, id: String(id), delete: true })),
          ),
        ...deleted.flatMap(({ id }) => remove(id)),
      ];
      if (undo.length) place.dispatchEvent(new Event('change', { bubbles: true }));
      return undo;
    },
  };
}
