/**
 * The writer of rich text: Draftail, Wagtail's editor. Values are its content state, as JSON.
 */

import { readContent } from '../draftail.js';
import { findBox } from '../fields.js';
import { createPrepare } from './conversion.js';

/** Draftail tells nobody that its content has changed; it is asked after each change on the screen. */
const SETTLE_MS = 250;

/**
 * @param {string} value
 * @returns {LLMActions.RawContent}
 */
export const parse = (value) => JSON.parse(value || 'null') ?? { blocks: [], entityMap: {} };

/**
 * @param {string} value
 * @returns {string} the words, with a line for each block
 */
export function textOf(value) {
  const { blocks, entityMap } = parse(value);
  return blocks
    .map(({ type, text, entityRanges = [] }) => {
      if (type !== 'atomic') return text;
      const { alt, title, url } = entityMap[entityRanges[0]?.key]?.data ?? {};
      return alt || title || url || '—';
    })
    .join('\n')
    .trim();
}

/**
 * @param {LLMActions.DraftailInput} input
 * @param {string} value
 * @returns {LLMActions.ContentState}
 */
function contentOf(input, value) {
  const content = window.DraftJS.convertFromRaw(parse(value));
  const current = input.draftailEditor.getEditorState().getCurrentContent().getBlockMap();
  // A block that stays keeps its comments, which are no part of the value.
  const blockMap = content.getBlockMap().map((block) => {
    const own = current.get(block.getKey());
    const stays = own?.getText() === block.getText() && own.getType() === block.getType();
    return stays ? own : block;
  });
  return content.merge({ blockMap });
}

/**
 * Writes as a command of the editor, so that Ctrl+Z works.
 *
 * @param {LLMActions.DraftailInput} input
 * @param {LLMActions.ContentState} content
 */
function setContent(input, content) {
  const editor = input.draftailEditor;
  const { EditorState } = window.DraftJS;
  const state = EditorState.push(editor.getEditorState(), content, 'change-block-data');
  editor.onChange(state);
  // Else the form would get it a moment later, and a save at once would miss it.
  input.value = readContent(input, state);
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/**
 * @param {LLMActions.DraftailInput} input
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(input, place) {
  const value = () => readContent(input);
  return {
    place,
    value,
    prepare: createPrepare(value, ({ value: next }) => textOf(next)),
    loadTextParts: async () => (await import('./rich_parts.js')).createParts(parse),
    read: () => textOf(value()),
    write(next) {
      const before = input.draftailEditor.getEditorState().getCurrentContent();
      setContent(input, contentOf(input, next));
      return () => setContent(input, before);
    },
    onEdit(callback) {
      let last = value();
      let timer = 0;
      const check = () => {
        const now = value();
        if (now === last) return;
        last = now;
        callback();
      };
      new MutationObserver(() => {
        clearTimeout(timer);
        timer = window.setTimeout(check, SETTLE_MS);
      }).observe(place, { subtree: true, childList: true, characterData: true });
      input.addEventListener('change', check);
    },
    maxLength: input.maxLength < 0 ? null : input.maxLength,
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, name) {
    const place = findBox(form, name);
    const input = form.elements.namedItem(name);
    // In a StreamField, nothing of the input itself says what it is.
    const isDraftail = place?.querySelector(
      '[data-draftail-input], [data-draftail-editor-wrapper]',
    );
    return input instanceof HTMLInputElement && isDraftail && place?.contains(input)
      ? createField(/** @type {LLMActions.DraftailInput} */ (input), place)
      : null;
  },
};
