/**
 * The writer of StreamFields: adds new blocks at the end, or at the beginning, by Wagtail's own
 * widget. It takes none away but those that it has added.
 */

import { isContent } from '../draftail.js';
import { findBox } from '../fields.js';
import { createPrepare } from './conversion.js';

/** @param {unknown} value - of a block @returns {string[]} */
function textsIn(value) {
  if (typeof value === 'string') {
    const content = isContent(value) ? JSON.parse(value).blocks : [{ text: value }];
    return content.map((/** @type {{text: string}} */ { text }) => text);
  }
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!value || typeof value !== 'object') return [];
  const { type, id, ...rest } = /** @type {Record<string, unknown>} */ (value);
  return Object.values(type && id && 'value' in rest ? [rest.value] : rest).flatMap(textsIn);
}

/** @param {unknown} value - of blocks, as the form has them */
export const textOf = (value) => textsIn(value).filter(Boolean).join('\n\n');

/**
 * @param {LLMActions.StreamBlock} stream
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(stream, place) {
  const read = () => textOf(stream.getState());
  const value = () =>
    JSON.stringify({
      keep: stream.children.map(({ id }) => id),
      types: stream.children.map(({ type }) => type),
    });

  /** @param {(string | null)[]} ids - of the blocks that stay */
  function keep(ids) {
    for (let index = stream.children.length - 1; index >= 0; index -= 1) {
      if (!ids.includes(stream.children[index].id)) stream.deleteBlock(index, { animate: false });
    }
    place.dispatchEvent(new Event('change', { bubbles: true }));
  }

  return {
    place,
    read,
    value,
    prepare: createPrepare(value, (answer) => {
      const { insert, at_start: isFirst } = JSON.parse(answer.value);
      const texts = isFirst ? [textOf(insert), read()] : [read(), textOf(insert)];
      return texts.filter(Boolean).join('\n\n');
    }),
    write(next) {
      const { insert = [], at_start: isFirst, keep: kept } = JSON.parse(next);
      const before = stream.children.map(({ id }) => id);
      if (kept) keep(kept);
      const start = isFirst ? 0 : stream.children.length;
      /** @type {LLMActions.StreamChild[]} */ (insert).forEach((child, index) =>
        stream.insert(child, start + index, { animate: false, focus: false }),
      );
      place.dispatchEvent(new Event('change', { bubbles: true }));
      return () => keep(before);
    },
    onEdit(callback) {
      let last = value();
      new MutationObserver(() => {
        if (value() === last) return;
        last = value();
        callback();
      }).observe(place, { subtree: true, childList: true, attributeFilter: ['aria-hidden'] });
    },
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, name) {
    const place = findBox(form, `${name}-count`);
    const panel = window.wagtail?.editHandler?.getPanelByName?.(name);
    const stream = /** @type {LLMActions.StreamBlock | undefined} */ (panel?.getBoundWidget?.());
    return place && stream?.children && typeof stream.insert === 'function'
      ? createField(stream, place)
      : null;
  },
};
