/**
 * An acceptance that a reload, or a save that the form's errors prevented, has left.
 */

import { Candidates } from './generation.js';

/**
 * Offers Undo again where the field still holds what was accepted.
 *
 * @param {import('./widget.js').FieldWidget} widget
 */
export async function restoreAcceptance(widget) {
  const { field } = widget;
  const { accepted } = widget.memory.read();
  if (!accepted || widget.state || field.value() !== accepted.value) return;
  const { id, url, text, value, before } = accepted;
  const { poll } = widget.services.api;
  const answer = await poll({ url, token: '', cursors: ['0'] }).catch(() => null);
  const first = /** @type {LLMActions.RunState | null} */ (answer);
  const run = first && [first, ...first.candidates].find((each) => each.id === id);
  if (!first || !['accepted', 'edited'].includes(run?.decision ?? '') || widget.state) return;
  widget.action = { id: first.action_id, label: first.action_label };
  widget.generation.reset();
  widget.generation.candidates = new Candidates(first);
  widget.candidates.restore({ chosen: id });
  widget.accepted = { text, value, undo: () => field.write(before) };
  widget.show('accepted', { status: widget.texts.accepted });
}
