/**
 * Draftail, Wagtail's editor of rich text. On forms with comments it writes into the form a quarter
 * of a second after a change, so what it holds is newer than the value of its input.
 */

/** Styles that show comments. Wagtail stores none of them. */
const COMMENT_STYLE = /^(COMMENT-|STYLE_RERENDER_)/;

/** The beginning of what Draftail holds; Wagtail 7.4 writes each value on a line of its own. */
const CONTENT = /^\{\s*"blocks":/;

/**
 * @param {string} value - of a control
 * @returns {boolean} whether it is a content state, and no plain text
 */
export function isContent(value) {
  if (!CONTENT.test(value)) return false;
  try {
    return Array.isArray(JSON.parse(value).blocks);
  } catch {
    return false;
  }
}

/**
 * @param {LLMActions.DraftailInput} input
 * @param {LLMActions.EditorState} [state]
 * @returns {string} the content state, as JSON, as Wagtail stores it
 */
export function readContent(input, state = input.draftailEditor?.getEditorState()) {
  if (!state) return input.value;
  const content = window.Draftail.serialiseEditorStateToRaw(state);
  for (const block of content?.blocks ?? []) {
    block.inlineStyleRanges = block.inlineStyleRanges?.filter(
      ({ style }) => !COMMENT_STYLE.test(style),
    );
  }
  return JSON.stringify(content);
}

/**
 * Lets the form hold what its editors hold.
 *
 * @param {HTMLFormElement} form
 */
export function storeContents(form) {
  for (const input of /** @type {Iterable<any>} */ (form.elements)) {
    if (input.draftailEditor) input.value = readContent(input);
  }
}
