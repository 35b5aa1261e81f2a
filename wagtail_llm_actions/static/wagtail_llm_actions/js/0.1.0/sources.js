/**
 * Whether the form shows that a source has no text, so that an editor reads why before the click. A
 * source of another kind may be empty too: then the server says so.
 */

const TEXT_TYPES = ['text', 'search', 'url', 'email', 'tel', 'textarea'];

/**
 * Draftail keeps its blocks in a hidden input; `null` before anything was written.
 *
 * @param {string} value
 */
function holdsNothing(value) {
  /** @type {{blocks: {type: string, text: string}[]} | null} */
  const content = JSON.parse(value || 'null');
  return !content || content.blocks.every(({ type, text }) => type !== 'atomic' && !text.trim());
}

/**
 * @param {HTMLFormElement | null} form
 * @param {string} path
 */
export function isSourceEmpty(form, path) {
  const control = form?.elements.namedItem(path);
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) {
    return false;
  }
  if (control.hasAttribute('data-draftail-input')) return holdsNothing(control.value);
  return TEXT_TYPES.includes(control.type) && !control.value.trim();
}
