/**
 * What the buttons of a field do, named by their `data-command`, that many a proposal does without.
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
export function undo(widget) {
  if (!widget.accepted) return;
  const { text, undo: takeBack } = widget.accepted;
  takeBack();
  widget.services.notifyWritten();
  widget.textAtStart = widget.field.read();
  widget.generation.decide('undo');
  widget.candidates.shown.draft = text;
  widget.memory.write(widget.candidates.memory());
  widget.propose(text, widget.texts.undone);
}

/** @param {FieldWidget} widget */
export const retry = (widget) => widget.generate(widget.action);

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
 * @param {HTMLElement} toggle
 */
export async function preview({ loaded, toolbar, offer, services, instruction }, toggle) {
  loaded.preview ??= import('./request-preview.js').then(({ createRequestPreview }) =>
    createRequestPreview({
      toggle,
      toolbar: toolbar.root,
      offer,
      load: (actionId) => services.previewRequest(actionId, instruction.text()),
    }),
  );
  (await loaded.preview).toggle();
}

/**
 * @param {FieldWidget} widget
 * @param {HTMLElement} toggle
 */
export async function previous(widget, toggle) {
  if (widget.isBusy()) return;
  widget.loaded.previous ??= import('./previous-list.js').then(({ createPreviousList }) =>
    createPreviousList({
      key: widget.key,
      label: widget.offer.label,
      load: widget.services.loadPreviousTexts,
      shownId: () => (widget.isWaiting() ? widget.candidates.run?.id : undefined),
      onSelect: (run) => proposeAgain(widget, run),
      toggle,
      toolbar: widget.toolbar.root,
    }),
  );
  (await widget.loaded.previous).setOpen(toggle.ariaExpanded !== 'true');
}

/**
 * @param {FieldWidget} widget
 * @param {LLMActions.RunState} run - succeeded
 */
export function proposeAgain(widget, run) {
  widget.abandon();
  widget.adopt(run);
  widget.card.focus();
  widget.toolbar.revealCard(widget.card.root);
}

/**
 * @param {FieldWidget} widget
 * @param {string} text
 */
async function copyOf({ card, root, texts }, text) {
  await copyText(text, root);
  card.setStatus(texts.copied);
}
