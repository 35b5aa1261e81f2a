/**
 * The writer of plain text: inputs and text areas.
 */

import { findBox } from '../fields.js';

const TEXT_INPUTS = ['text', 'search', 'url', 'email', 'tel'];

/**
 * Writes as a person does, by an editing command, so that Ctrl+Z works. Where that is not possible
 * (a hidden field, a browser without the command), it sets the property as the browser does.
 *
 * @type {(control: LLMActions.TextControl, text: string) => void}
 */
function setValue(control, text) {
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
  // Wagtail's slug follows the title on this event.
  control.dispatchEvent(new Event('change', { bubbles: true }));
}

/** @param {string} text */
const joinLines = (text) => text.replace(/\s*\n\s*/g, ' ').trim();

/** @type {(control: LLMActions.TextControl, place: Element) => LLMActions.WritableField} */
export function createField(control, place) {
  const isOneLine = control instanceof HTMLInputElement;
  return {
    place,
    read: () => control.value,
    write(text) {
      const before = control.value;
      setValue(control, text);
      return () => setValue(control, before);
    },
    onEdit: (callback) => control.addEventListener('input', callback),
    // An input drops line breaks, and so joins the words on both sides of one.
    normalize: isOneLine ? joinLines : (text) => text.trim(),
    separator: isOneLine ? ' ' : '\n\n',
    maxLength: control.maxLength < 0 ? null : control.maxLength,
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, name) {
    const place = findBox(form, name);
    const control = form.elements.namedItem(name);
    // Behind a list of tags, a text would be saved without being seen.
    const isText =
      control instanceof HTMLTextAreaElement ||
      (control instanceof HTMLInputElement &&
        TEXT_INPUTS.includes(control.type) &&
        !control.matches('[data-controller~=w-tag]'));
    return place && isText && place.contains(control) ? createField(control, place) : null;
  },
};
