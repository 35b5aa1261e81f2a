/**
 * The writer of a text about an image, beside which may be a box that says that it needs none, as in
 * Wagtail's block for images. Accepting an empty text checks the box.
 */

import text from './text.js';

const NAMES = ['decorative', 'is_decorative'];

/** Of a box that is not checked, as an empty value stands for a checked one. */
const EMPTY = '\n';

/**
 * @param {HTMLFormElement} form
 * @param {string} name - of the text
 */
function findDecorative(form, name) {
  const around = name.slice(0, name.lastIndexOf('-') + 1);
  const found = NAMES.map((each) => form.elements.namedItem(around + each));
  return found.find((each) => each instanceof HTMLInputElement && each.type === 'checkbox');
}

/**
 * @param {LLMActions.WritableField} field
 * @param {HTMLInputElement} box
 * @returns {LLMActions.WritableField}
 */
function withBox(field, box) {
  /** @param {boolean} isChecked */
  function check(isChecked) {
    if (box.checked === isChecked) return;
    box.checked = isChecked;
    // Wagtail switches the text off and on.
    box.dispatchEvent(new Event('change', { bubbles: true }));
  }

  return {
    ...field,
    value: () => (box.checked ? '' : field.read() || EMPTY),
    write(next) {
      const wasChecked = box.checked;
      check(false);
      const undo = field.write(next.trim());
      check(!next);
      return () => {
        check(false);
        undo();
        check(wasChecked);
      };
    },
    onEdit(callback) {
      field.onEdit(callback);
      box.addEventListener('change', callback);
    },
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, name) {
    const field = text.find(form, name);
    const box = findDecorative(form, name);
    return field && box ? withBox(field, /** @type {HTMLInputElement} */ (box)) : field;
  },
};
