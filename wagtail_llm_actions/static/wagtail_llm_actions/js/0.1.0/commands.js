/**
 * What the buttons of a card do, named by their `data-command`, that many a proposal does without.
 */

import { measure } from './fields.js';
import { copyText } from './copy.js';

/** @typedef {import('./widget.js').FieldWidget} FieldWidget */

/**
 * Makes a proposal of what had arrived when the run failed: it may be whole all the same.
 *
 * @param {FieldWidget} widget
 */
export function use(widget) {
  const { run, text, draft } = widget.candidates.shown;
  widget.propose(draft ?? text, String(run.error?.message));
  widget.card.focus();
}

/** @param {FieldWidget} widget */
export async function shorten({ card, field, review, texts }) {
  const { shorten: cut } = await import('./shorten.js');
  const fits = (/** @type {string} */ part) => !measure(field, review.mergedText(part)).tooLong;
  const shortened = cut(card.text(), fits);
  if (shortened) card.edit(shortened);
  card.setStatus(shortened ? texts.shortened : texts.noRoom);
}

/** @param {FieldWidget} widget */
export function copy(widget) {
  return copyOf(widget, widget.card.text());
}

/** @param {FieldWidget} widget */
export function report(widget) {
  return copyOf(widget, String(widget.candidates.run?.error?.report));
}

/**
 * @param {FieldWidget} widget
 * @param {string} text
 */
async function copyOf({ card, root, texts }, text) {
  await copyText(text, root);
  card.setStatus(texts.copied);
}
