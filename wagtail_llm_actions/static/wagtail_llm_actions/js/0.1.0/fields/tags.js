/**
 * The writer of tags: Wagtail's widget, which shows the names of a hidden input as boxes. Values are
 * lists of names, as JSON.
 */

import { findBox } from '../fields.js';
import { createPrepare } from './conversion.js';

/** @param {string} value - of the input; names with spaces are in quotation marks */
const namesIn = (value) =>
  value
    .split(',')
    .map((name) => name.replaceAll('"', '').trim())
    .filter(Boolean);

/** @param {string} list */
const textOf = (list) => /** @type {string[]} */ (JSON.parse(list)).join(', ');

/**
 * @param {HTMLInputElement} input
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(input, place) {
  const value = () => JSON.stringify(namesIn(input.value));

  /** @param {string} list */
  function setValue(list) {
    const widget = window.jQuery(input);
    widget.tagit('removeAll');
    for (const name of /** @type {string[]} */ (JSON.parse(list))) widget.tagit('createTag', name);
    // jQuery tells only those who listen with jQuery.
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }

  /** @type {string[]} - the new names, each with what says so */
  let marked = [];
  const prepare = createPrepare(value, (answer) => textOf(answer.value));

  /** @type {LLMActions.PartKind} */
  const names = {
    isInline: true,
    split: (list) =>
      JSON.parse(list).map((/** @type {string} */ name) => ({ key: name, text: name })),
    join: (parts) => JSON.stringify(parts.map(({ key }) => key)),
    show: (_part, _offset, text) => [
      document.createTextNode(marked.find((each) => each.startsWith(`${text} (`)) ?? text),
    ],
    box(_part, nodes) {
      const box = document.createElement('span');
      box.className = 'llm-actions-tag';
      box.append(...nodes);
      return box;
    },
  };

  return {
    place,
    value,
    async prepare(run, text, post) {
      const outcome = await prepare(run, text, post);
      const bold = outcome.formatted?.filter((node) => node.nodeName === 'B') ?? [];
      marked = bold.map((node) => String(node.textContent));
      return outcome;
    },
    loadTextParts: async () => names,
    read: () => textOf(value()),
    write(list) {
      const before = value();
      setValue(list);
      return () => setValue(before);
    },
    onEdit: (callback) => window.jQuery(input).on('change', callback),
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, path) {
    const place = findBox(form, path);
    const input = form.elements.namedItem(path);
    const isTags = input instanceof HTMLInputElement && input.matches('[data-controller~="w-tag"]');
    return place && isTags && place.contains(input) ? createField(input, place) : null;
  },
};
