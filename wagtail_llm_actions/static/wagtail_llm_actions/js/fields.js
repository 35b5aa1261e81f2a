/**
 * The form's own fields: finding, reading and writing them in the way Wagtail expects.
 */

const TEXT_INPUTS = ['text', 'search', 'url', 'email', 'tel'];

/**
 * @param {HTMLFormElement} form
 * @param {string} path - content path of a field of the form itself; `summary` is not the
 *   `summary` of a block or of an inline row
 * @returns {LLMActions.Field | null} null when the form does not show such a text field
 */
export function findField(form, path) {
  const box = Array.from(form.querySelectorAll('[data-field][data-contentpath]')).find(
    (element) =>
      element.getAttribute('data-contentpath') === path &&
      !element.parentElement?.closest('[data-contentpath], [data-contentpath-disabled]'),
  );
  const place = box?.querySelector('[data-field-input]');
  const control = form.elements.namedItem(path);
  const fits =
    control instanceof HTMLTextAreaElement ||
    (control instanceof HTMLInputElement && TEXT_INPUTS.includes(control.type));
  return place && fits && place.contains(control) ? { place, control } : null;
}

/**
 * The text as the field would keep it: an input has no line breaks, and would join the words at
 * both sides of one.
 *
 * @param {LLMActions.Control} control
 * @param {string} text
 */
export function fit(control, text) {
  const oneLine = control instanceof HTMLInputElement;
  return oneLine ? text.replace(/\s*\n\s*/g, ' ').trim() : text.trim();
}

/**
 * What the field holds once a text is accepted: the text, or both, with a blank line or a space
 * between them.
 *
 * @param {LLMActions.Control} control
 * @param {string} text
 * @param {LLMActions.WriteMode} mode
 */
export function combine(control, text, mode) {
  const own = control.value;
  if (mode === 'replace' || !own.trim()) return text;
  if (!text) return own;
  const gap = control instanceof HTMLInputElement ? ' ' : '\n\n';
  return mode === 'append' ? own.trimEnd() + gap + text : text + gap + own.trimStart();
}

/**
 * Writes like a person, by an editing command, so that Ctrl+Z works; where that is not possible
 * (hidden field, disabled command) by the property that frameworks cannot intercept.
 *
 * @param {LLMActions.Control} control
 * @param {string} text
 */
export function write(control, text) {
  control.focus();
  control.select();
  if (document.activeElement === control) {
    if (text) document.execCommand('insertText', false, text);
    else document.execCommand('delete');
  }
  if (control.value !== text) {
    const prototype = Object.getPrototypeOf(control);
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(control, text);
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }
  // The slug follows the title on this one.
  control.dispatchEvent(new Event('change', { bubbles: true }));
}

/**
 * Counts like Django's validator, by code points.
 *
 * @param {LLMActions.Control} control
 * @param {string} text
 * @returns {LLMActions.Size}
 */
export function measure(control, text) {
  const count = [...text].length;
  const limit = control.maxLength < 0 ? null : control.maxLength;
  return { count, limit, tooLong: limit !== null && count > limit };
}
