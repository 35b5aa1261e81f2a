/**
 * The writer of HTML's own controls: inputs, selects, check boxes and radio buttons.
 *
 * A value is a JSON list: the value of an input, or the values of all that is chosen.
 */

import { findBox } from '../fields.js';
import { createPrepare } from './conversion.js';

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

const TYPES =
  'text search url email tel number date time datetime-local checkbox radio textarea select-one select-multiple'.split(
    ' ',
  );

/** @param {Control} control */
const isBox = (control) => ['checkbox', 'radio'].includes(control.type);

/**
 * A part of a control that is chosen or not.
 *
 * @typedef {object} Option
 * @property {string} value
 * @property {string} label
 * @property {boolean} isChosen
 * @property {(isChosen: boolean) => void} choose
 */

/**
 * @param {Control} control
 * @returns {Option[]}
 */
function optionsOf(control) {
  if (control instanceof HTMLSelectElement) {
    return Array.from(control.options, (option) => ({
      value: option.value,
      label: option.value && option.label,
      isChosen: option.selected,
      choose: (isChosen) => (option.selected = isChosen),
    }));
  }
  const box = /** @type {HTMLInputElement} */ (control);
  return [
    {
      value: box.value,
      label: box.labels?.[0]?.textContent?.trim() ?? box.value,
      isChosen: box.checked,
      choose: (isChosen) => (box.checked = isChosen),
    },
  ];
}

/**
 * @param {Control[]} controls
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(controls, place) {
  const [first] = controls;
  const isInput = !(first instanceof HTMLSelectElement) && !isBox(first);
  // Django gives a single check box no value.
  const isSwitch = first.type === 'checkbox' && !first.hasAttribute('value');
  const options = () => controls.flatMap(optionsOf);

  const value = () => {
    if (isInput) return JSON.stringify([first.value]);
    return JSON.stringify(options().flatMap((each) => (each.isChosen ? [each.value] : [])));
  };

  /** @param {string} list */
  const textOf = (list) => {
    const values = /** @type {string[]} */ (JSON.parse(list));
    if (isSwitch) return values.length ? '✓' : '—';
    if (isInput) return values.join(', ');
    const chosen = options().filter((each) => values.includes(each.value));
    return chosen.flatMap(({ label }) => label || []).join(', ');
  };

  /** @param {string} list */
  const setValue = (list) => {
    const values = /** @type {string[]} */ (JSON.parse(list));
    if (isInput) first.value = values[0] ?? '';
    else options().forEach((each) => each.choose(values.includes(each.value)));
    const changed = controls.find((each) => isBox(each) && optionsOf(each)[0].isChosen) ?? first;
    changed.dispatchEvent(new Event('input', { bubbles: true }));
    changed.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // Only the server has words for what a check box will say.
  const prepare = createPrepare(value, ({ value: next, html }) =>
    isSwitch && next !== value() ? html : textOf(next),
  );
  return {
    place,
    value,
    read: () => textOf(value()),
    write(list) {
      const before = value();
      setValue(list);
      return () => setValue(before);
    },
    onEdit: (callback) =>
      controls.forEach((control) => {
        control.addEventListener('input', callback);
        control.addEventListener('change', callback);
      }),
    async prepare(run, text, post) {
      const outcome = await prepare(run, text, post);
      const shown = outcome.formatted?.map((node) => node.textContent).join('');
      // Said once where the field shows what the model wrote.
      return shown === text.trim() ? { ...outcome, formatted: [] } : outcome;
    },
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, path) {
    const place = findBox(form, path);
    const named = form.elements.namedItem(path);
    const controls = /** @type {Control[]} */ (
      named instanceof RadioNodeList ? Array.from(named) : [named]
    );
    return place &&
      controls.every((each) => each && TYPES.includes(each.type) && place.contains(each))
      ? createField(controls, place)
      : null;
  },
};
