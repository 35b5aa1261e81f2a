/** The review of a proposal: what accepting it does. */

import { measure, merge } from './fields.js';
import { fillIn, lengthMessage } from './messages.js';

/** @type {LLMActions.CreateReview} */
export function createReview({
  card,
  field,
  texts,
  post,
  getRun,
  isShown,
  isOnlyWhenEmpty,
  onEdit,
}) {
  /** @type {LLMActions.Changes | undefined} */
  let changes;
  const writeMode = () => getRun()?.write_mode ?? 'replace';

  /** @type {LLMActions.Review['mergedText']} */
  const mergedText = (text) => merge(field, field.normalize(text), writeMode());

  /** @type {LLMActions.Review['outcome']} */
  async function outcome(text) {
    const run = getRun();
    if (run && field.prepare) {
      const prepared = await field.prepare(run, text, post);
      return changes?.withoutLeftOut(prepared, writeMode(), field.value()) ?? prepared;
    }
    const merged = mergedText(text);
    return { value: merged, text: merged };
  }

  async function loadChanges() {
    const { createChanges } = await import('./changes.js');
    const kind = await field.loadTextParts?.();
    return createChanges({
      card: card.root,
      kind,
      canChoose: !field.prepare || Boolean(kind),
      onChoose,
    });
  }

  function onChoose() {
    if (!changes || field.prepare) {
      update();
      return;
    }
    // Here the text is the value, so that the editor can go on with it.
    card.setText(field.normalize(changes.value(writeMode())));
    onEdit(card.text());
  }

  /** The server has judged the text as it came; one that was edited is judged by the form. */
  function faultsMessage() {
    const run = getRun();
    const isAsItCame = run && card.text() === field.normalize(run.output);
    if (!isAsItCame || !run.faults.length) return '';
    return fillIn(texts.faults, { faults: run.faults.join(' ') });
  }

  async function update() {
    const before = field.read();
    const text = card.text();
    // What the server refuses, Accept will say.
    const next = await outcome(text).catch(() => null);
    if (!next || text !== card.text() || !isShown()) return;
    card.setFormatted(next.formatted ?? []);
    const size = measure(field, next.text);
    const notEmpty = isOnlyWhenEmpty() && before.trim() ? texts.notEmpty : '';
    card.setReview({
      length: lengthMessage(size, texts),
      isTooLong: size.tooLong,
      faults: faultsMessage(),
      acceptBlocked: getRun()?.accept_blocked_reason || notEmpty,
    });
    if (before) changes ??= await loadChanges().catch(() => undefined);
    const hasChanges = Boolean(before) && changes?.show(field, next);
    const facts = getRun()?.unsourced_facts ?? [];
    const module = facts.length && (await import('./facts.js').catch(() => null));
    if (!isShown() || facts !== getRun()?.unsourced_facts) return;
    card.setHasChanges(Boolean(hasChanges));
    if (module) module.showFacts(card, facts, texts.unsourcedFacts);
  }

  return { mergedText, outcome, update };
}
