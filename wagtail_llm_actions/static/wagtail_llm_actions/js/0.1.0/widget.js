/**
 * The widget of one field: joins the field, its toolbar, its card and its latest generation.
 *
 * The field is written on Accept and on Undo only. Streaming into it would let Wagtail autosave
 * half sentences, and would overwrite what somebody types meanwhile.
 */

import { createCard } from './card.js';
import { getPart } from './dom.js';
import { isSourceEmpty, measure, merge } from './fields.js';
import { Generation } from './generation.js';
import { createInstruction } from './instruction.js';
import { doneMessage, fillIn, lengthMessage, progressMessage, runDetails } from './messages.js';
import { createPreviousTexts } from './previous-texts.js';
import { createToolbar } from './toolbar.js';

export class FieldWidget {
  /** @type {LLMActions.CardState | null} - null while no card is shown */
  state = null;

  /** @type {{toggle: () => void} | undefined} - what will be sent */
  requestPreview;

  /** @type {ReturnType<FieldWidget['loadList']> | undefined} */
  list;

  /** The field's text when the shown generation began. */
  textAtStart = '';

  /** @type {{text: string, value: string, undo: () => void} | null} - the latest acceptance: the
   *   proposal, what the field held then, and the way back */
  accepted = null;

  /**
   * @param {LLMActions.Services} services
   * @param {object} options
   * @param {string} options.path
   * @param {LLMActions.FieldOffer} options.offer
   * @param {LLMActions.Field} options.field
   * @param {number} options.previousCount - of the field's previous texts
   */
  constructor(services, { path, offer, field, previousCount }) {
    this.texts = services.texts;
    this.countWaiting = services.countWaiting;
    this.compare = services.compare;
    this.offer = offer;
    this.path = path;
    this.field = field;
    this.memory = services.memoryOf(path);
    this.poll = services.api.poll;
    this.post = services.api.post;
    /** @type {LLMActions.ActionReference} - the one run last */
    this.action = offer.actions[0];
    this.generation = new Generation(services, {
      onUpdate: ({ isShown, failedAttempts }) => {
        if (isShown) this.display(failedAttempts);
        else this.refresh();
      },
      onRefused: (error) => this.showError(error),
      onConnectionLost: () => this.card.setStatus(this.texts.connectionLost),
    });
    this.toolbar = createToolbar(offer, {
      onPreview: (toggle) => this.preview(toggle, services),
      onSelect: (action) => this.generate(action),
      path,
      isFilled: () => this.isFilled(),
      isEmpty: (source) => isSourceEmpty(services.form, source),
    });
    this.card = createCard({
      path,
      label: offer.label,
      onCommand: (command) => this[command](),
      onEdit: (text) => {
        this.candidates.shown.draft = text;
        this.memory.write(this.candidates.memory());
        this.review();
      },
    });
    this.listPlace = getPart(this.card.root, 'candidates');
    this.root = this.toolbar.root;
    this.root.append(this.card.root);
    field.place.after(this.root);
    this.instruction = createInstruction({
      label: offer.label,
      toolbar: this.root,
      card: this.card.root,
      memory: services.memoryOf(`${path}:instruction`),
      onRun: () => this.toolbar.run(this.action),
    });
    this.previousTexts = createPreviousTexts({
      path,
      label: offer.label,
      count: previousCount,
      toolbar: this.root,
      load: services.loadPreviousTexts,
      shownId: () => (this.state === 'proposal' ? this.candidates.run?.id : undefined),
      onSelect: (run) => this.proposeAgain(run),
    });
    field.onEdit(() => this.handleFieldEdit());
    services.onFormEdit(() => this.toolbar.refresh());
  }

  get candidates() {
    return this.generation.candidates;
  }

  isFilled() {
    return Boolean(this.field.read().trim());
  }

  isBusy() {
    return this.state === 'working' || this.candidates.unfinished().length > 0;
  }

  isWaiting() {
    return this.state === 'proposal';
  }

  /** @param {LLMActions.ActionReference} action */
  begin(action) {
    this.action = action;
    this.textAtStart = this.field.read();
  }

  /** @param {LLMActions.ActionReference} action */
  generate(action) {
    this.abandon();
    this.memory.forget();
    this.begin(action);
    // The request is sent before the card is laid out.
    this.generation.start(action.id, this.instruction.text());
    this.show('working', { status: this.texts.starting });
  }

  /**
   * Shows a run that was not started by a click in this window.
   *
   * @param {LLMActions.RunState} run
   */
  adopt(run) {
    this.begin({ id: run.action_id, label: run.action_label });
    this.generation.adopt(run);
  }

  /**
   * Shows a run that an earlier visit to the form has left, as the editor left it.
   *
   * @param {LLMActions.RunState} run
   */
  resume(run) {
    this.adopt(run);
    this.candidates.restore(this.memory.read());
    this.display();
  }

  /** Offers Undo again where the field still holds what was accepted before the form was loaded. */
  async restoreAcceptance() {
    const { accepted } = this.memory.read();
    if (!accepted || this.state || this.field.value() !== accepted.value) return;
    const { id, url, text, value, before } = accepted;
    const answer = await this.poll({ url, token: '', cursors: ['0'] }).catch(() => null);
    const first = /** @type {LLMActions.RunState | null} */ (answer);
    const run = first && [first, ...first.candidates].find((each) => each.id === id);
    if (!first || !['accepted', 'edited'].includes(run?.decision ?? '') || this.state) return;
    this.action = { id: first.action_id, label: first.action_label };
    this.generation.restore(first, { chosen: id });
    this.accepted = { text, value, undo: () => this.field.write(before) };
    this.show('accepted', { status: this.texts.accepted });
  }

  /**
   * @param {HTMLElement} toggle
   * @param {LLMActions.Services} services
   */
  async preview(toggle, { api, requestPreviewUrl: url }) {
    const { createRequestPreview } = await import('./request-preview.js');
    this.requestPreview ??= createRequestPreview({
      toggle,
      toolbar: this.root,
      offer: this.offer,
      load: (actionId) => api.previewRequest(url, actionId, this.instruction.text()),
    });
    this.requestPreview.toggle();
  }

  /** @param {LLMActions.RunState} run - succeeded */
  proposeAgain(run) {
    this.abandon();
    this.adopt(run);
    this.card.focus();
    this.toolbar.revealCard(this.card.root);
  }

  /** Gives up a generation on which the editor has not decided. */
  abandon() {
    if (!this.state || this.state === 'accepted') return;
    this.generation.abandon();
    this.handleDecision();
  }

  handleDecision() {
    this.memory.forget();
    if (this.candidates.hasSucceeded()) this.previousTexts.enable();
    this.toolbar.setBusy(false);
    this.previousTexts.setBusy(false);
  }

  handleFieldEdit() {
    this.toolbar.refresh();
    if (this.state === 'proposal') this.review();
    // From here on, Undo would take away more than the accepted text.
    if (this.state === 'accepted' && this.field.value() !== this.accepted?.value) this.close();
  }

  // Display.

  /**
   * Shows the chosen candidate.
   *
   * @param {number} [failedAttempts] - of the candidate that was shown before
   */
  display(failedAttempts) {
    const { texts } = this;
    const { run, text, draft } = this.candidates.shown;
    if (run.status === 'succeeded') this.propose(draft ?? text, doneMessage(run, texts));
    else if (run.status === 'failed') this.showError(run.error, text);
    else if (run.status === 'cancelled') this.show('cancelled', { status: texts.cancelled, text });
    else {
      this.show('working', {
        status: progressMessage(run, text, texts),
        text,
        isCountdown: Boolean(run.retry_message) && run.failed_attempts === failedAttempts,
      });
    }
  }

  /**
   * @param {string} text
   * @param {string} status
   */
  async propose(text, status) {
    const { texts } = this;
    const run = /** @type {LLMActions.RunState} */ (this.candidates.run);
    const changed = this.field.read() === this.textAtStart ? '' : texts.changed;
    this.show('proposal', {
      status,
      text: this.field.normalize(text),
      notice: [run.started_by, run.notice, changed].filter(Boolean).join(' '),
      details: runDetails(run, texts, this.candidates.cost),
    });
    await this.review();
    this.toolbar.revealCard(this.card.root);
  }

  /**
   * @param {{message: string, report?: string} | null} error
   * @param {string} [text]
   */
  showError(error, text) {
    const { texts } = this;
    const message = error?.message || texts.unexpected;
    this.show('failed', { status: texts.failed, error: message, report: error?.report, text });
  }

  /**
   * @param {LLMActions.CardState} state
   * @param {Omit<LLMActions.CardView, 'state' | 'title'>} view
   */
  show(state, view) {
    // Move the focus along only if it is on a button that may disappear now.
    const active = document.activeElement;
    const isTyping = state === 'proposal' && this.instruction.root.contains(active);
    const stays = isTyping || (state !== 'accepted' && this.listPlace.contains(active));
    const mustMoveFocus = state !== this.state && !stays && this.root.contains(active);
    this.state = state;
    this.card.show({ state, title: this.action.label, ...view });
    this.instruction.setInCard(['proposal', 'failed', 'cancelled'].includes(state));
    this.refresh();
    this.countWaiting();
    if (!mustMoveFocus) return;
    (state === 'cancelled' ? this.toolbar : this.card).focus();
    this.toolbar.revealCard(this.card.root);
  }

  /** Shows the state of all candidates, and leaves the editable text alone. */
  refresh() {
    const isBusy = this.isBusy();
    this.toolbar.setBusy(isBusy);
    this.previousTexts.setBusy(isBusy);
    this.card.setCancellable(isBusy);
    if (this.state === 'proposal' && this.candidates.run) {
      this.card.setDetails(runDetails(this.candidates.run, this.texts, this.candidates.cost));
    }
    this.listCandidates();
  }

  async listCandidates() {
    const hasChoice = () => this.state !== 'accepted' && this.candidates.all.length > 1;
    this.listPlace.hidden = !hasChoice();
    if (!hasChoice()) return;
    this.list ??= this.loadList();
    const list = await this.list;
    if (hasChoice()) list.show(this.candidates);
  }

  async loadList() {
    const { createCandidateList } = await import('./candidate-list.js');
    return createCandidateList({
      card: this.card.root,
      path: this.path,
      texts: this.texts,
      onChoose: (index) => {
        this.candidates.choose(index);
        this.memory.write(this.candidates.memory());
        this.display();
      },
    });
  }

  /** Compares the field with what it will become, whichever of the two was edited. */
  async review() {
    const { texts, compare } = this;
    const before = this.field.read();
    const text = this.card.text();
    // What the server refuses, Accept will say.
    const outcome = await this.outcome(text).catch(() => null);
    if (!outcome || text !== this.card.text() || this.state !== 'proposal') return;
    this.card.setFormatted(outcome.formatted ?? []);
    const after = outcome.text;
    const size = measure(this.field, after);
    this.card.setLength(lengthMessage(size, texts), size.tooLong);
    this.card.setUnsourcedFacts(this.unsourcedMessage());
    this.card.setFaults(this.faultsMessage());
    const notEmpty = this.isOnlyWhenEmpty() && before.trim() ? texts.notEmpty : '';
    this.card.setAcceptBlocked(this.candidates.run?.accept_blocked_reason || notEmpty);
    const changes = before && before !== after ? await compare(before, after) : [];
    if (this.state === 'proposal') this.card.setChanges(changes);
  }

  /** @param {string} text - what the field will hold once this is accepted */
  mergedText(text) {
    const { field, candidates } = this;
    return merge(field, field.normalize(text), candidates.run?.write_mode ?? 'replace');
  }

  unsourcedMessage() {
    const text = this.card.text();
    const facts = this.candidates.run?.unsourced_facts.filter((fact) => text.includes(fact)) ?? [];
    return facts.length ? fillIn(this.texts.unsourcedFacts, { facts: facts.join(' · ') }) : '';
  }

  /** The server has judged the text as it came; one that was edited is judged by the form. */
  faultsMessage() {
    const { run } = this.candidates;
    const isAsItCame = run && this.card.text() === this.field.normalize(run.output);
    if (!isAsItCame || !run.faults.length) return '';
    return fillIn(this.texts.faults, { faults: run.faults.join(' ') });
  }

  /**
   * @param {string} text
   * @returns {Promise<LLMActions.Outcome>} of accepting it
   */
  async outcome(text) {
    const { run } = this.candidates;
    if (run && this.field.prepare) return this.field.prepare(run, text, this.post);
    const merged = this.mergedText(text);
    return { value: merged, text: merged };
  }

  isOnlyWhenEmpty() {
    return this.offer.actions.some(
      ({ id, only_when_empty: onlyWhenEmpty }) => onlyWhenEmpty && id === this.action.id,
    );
  }

  close() {
    this.memory.forget();
    this.state = null;
    this.card.hide();
    this.instruction.setInCard(false);
    this.countWaiting();
  }

  // Commands: what the card's buttons do, named by their `data-command`.

  async cancel() {
    this.card.setStatus(this.texts.cancelling);
    if (!(await this.generation.cancel())) return;
    // Nothing was started yet, or another candidate is shown that had succeeded before.
    if (!this.candidates.shown) this.show('cancelled', { status: this.texts.cancelled });
    else if (this.state === 'proposal') this.display();
  }

  retry() {
    this.generate(this.action);
  }

  dismiss() {
    this.abandon();
    this.close();
    this.toolbar.focus();
  }

  /** Makes a proposal of what had arrived when the run failed: it may be whole all the same. */
  use() {
    const { run, text, draft } = this.candidates.shown;
    this.propose(draft ?? text, String(run.error?.message));
    this.card.focus();
  }

  async accept() {
    const { run } = this.candidates;
    const text = this.field.normalize(this.card.text());
    const outcome = await this.outcome(text).catch(({ message }) => this.card.setStatus(message));
    // Pressed twice, or dismissed meanwhile.
    if (!outcome || this.state !== 'proposal' || run !== this.candidates.run) return;
    const before = this.field.value();
    const undo = this.field.write(outcome.value);
    const value = this.field.value();
    this.accepted = { text, value, undo };
    this.generation.decide('accept', text);
    this.handleDecision();
    if (run?.poll_url) {
      const { id, poll_url: url } = run;
      this.memory.write({ accepted: { id, url, text, value, before } });
    }
    this.show('accepted', { status: this.texts.accepted });
    // The card has shrunk, and may have pulled the field out of view.
    this.field.place.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  undo() {
    if (!this.accepted) return;
    const { text, undo } = this.accepted;
    undo();
    this.textAtStart = this.field.read();
    this.generation.decide('undo');
    this.candidates.shown.draft = text;
    this.memory.write(this.candidates.memory());
    this.propose(text, this.texts.undone);
  }

  async shorten() {
    const { shorten } = await import('./shorten.js');
    const fits = (/** @type {string} */ part) =>
      !measure(this.field, this.mergedText(part)).tooLong;
    const shortened = shorten(this.card.text(), fits);
    if (shortened) this.card.edit(shortened);
    this.card.setStatus(shortened ? this.texts.shortened : this.texts.noRoom);
  }

  copy() {
    return this.copyText(this.card.text());
  }

  report() {
    return this.copyText(String(this.candidates.run?.error?.report));
  }

  /** @param {string} text */
  async copyText(text) {
    const { copyText } = await import('./copy.js');
    await copyText(text, this.root);
    this.card.setStatus(this.texts.copied);
  }
}
