/**
 * The widget of one field. The field is written on Accept and on Undo only: streaming into it would
 * let Wagtail autosave half sentences, and would overwrite what somebody types meanwhile.
 */

import { createCard } from './card.js';
import { getPart } from './dom.js';
import { isSourceEmpty } from './fields.js';
import { Generation } from './generation.js';
import { createInstruction } from './instruction.js';
import { doneMessage, progressMessage, runDetails } from './messages.js';
import { createReview } from './review.js';
import { createToolbar } from './toolbar.js';

export class FieldWidget {
  /** @type {LLMActions.CardState | null} - null while no card is shown */
  state = null;

  /** When the generation began. */
  textAtStart = '';

  /** @type {LLMActions.RequestError | null} */
  refusal = null;

  /** @type {LLMActions.Acceptance | null} */
  accepted = null;

  /** @type {Record<string, Promise<any> | undefined>} */
  loaded = {};

  /**
   * @param {LLMActions.Services} services
   * @param {LLMActions.WidgetOptions} options
   */
  constructor(services, { key, offer, field, previousCount }) {
    const { label } = offer;
    this.services = services;
    this.texts = services.texts;
    this.offer = offer;
    this.key = key;
    this.field = field;
    this.memory = services.memoryOf(key);
    /** @type {LLMActions.ActionReference} - the one run last */
    this.action = offer.actions[0];
    this.generation = new Generation(services, {
      onUpdate: ({ isShown, failedAttempts }) => {
        if (isShown) this.display(failedAttempts);
        else this.refresh();
      },
      onRefused: (error) => {
        this.refusal = error;
        this.showError(error);
      },
      onConnectionLost: () => this.card.setStatus(this.texts.connectionLost),
    });
    this.toolbar = createToolbar(offer, {
      onPreview: (toggle) => this.command('preview', toggle),
      onPrevious: (toggle) => this.command('previous', toggle),
      previousCount,
      onSelect: (action) => this.generate(action),
      key,
      isFilled: () => this.isFilled(),
      isEmpty: (source) => isSourceEmpty(services.form, source),
    });
    const onEdit = (/** @type {string} */ text) => {
      this.candidates.shown.draft = text;
      this.memory.write(this.candidates.memory());
      this.review.update();
    };
    this.card = createCard({ key, label, onCommand: (...args) => this.command(...args), onEdit });
    this.review = createReview({
      card: this.card,
      field,
      texts: this.texts,
      post: services.api.post,
      getRun: () => this.candidates.run,
      isShown: () => this.isWaiting(),
      isOnlyWhenEmpty: () => this.offered()?.only_when_empty ?? false,
      onEdit,
    });
    this.listPlace = getPart(this.card.root, 'candidates');
    this.root = this.toolbar.root;
    this.root.append(this.card.root);
    field.place.after(this.root);
    this.instruction = createInstruction({
      label,
      toolbar: this.root,
      card: this.card.root,
      memory: services.memoryOf(`${key}:instruction`),
      onRun: () => this.toolbar.run(this.action),
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

  isRepairing() {
    return Boolean(this.candidates.run?.is_repairing);
  }

  isWaiting() {
    return this.state === 'proposal';
  }

  offered() {
    return this.offer.actions.find(({ id }) => id === this.action.id);
  }

  /** @param {LLMActions.ActionReference} action */
  generate(action) {
    this.abandon();
    this.memory.forget();
    this.refusal = null;
    this.action = action;
    this.textAtStart = this.field.read();
    // The request is sent before the card is laid out.
    this.generation.start(action.id, this.instruction.text());
    this.show('working', { status: this.texts.starting });
  }

  /** @param {LLMActions.RunState} run - that was not started by a click in this window */
  adopt(run) {
    this.action = { id: run.action_id, label: run.action_label };
    this.textAtStart = this.field.read();
    this.generation.adopt(run);
  }

  /** @param {LLMActions.RunState} run - that an earlier visit has left */
  resume(run) {
    this.adopt(run);
    this.candidates.restore(this.memory.read());
    this.display();
  }

  async restoreAcceptance() {
    if (!this.memory.read().accepted) return;
    (await import('./acceptance.js')).restoreAcceptance(this);
  }

  /** @param {string} [reason] - why the editor gives up what is not decided */
  abandon(reason) {
    if (!this.state || this.state === 'accepted') return;
    this.generation.abandon(reason);
    this.handleDecision();
  }

  handleDecision() {
    this.memory.forget();
    if (this.candidates.hasSucceeded()) this.toolbar.enablePrevious();
    this.toolbar.setBusy(false);
  }

  handleFieldEdit() {
    this.toolbar.refresh();
    if (this.isWaiting()) this.review.update();
    // From here on, Undo would take away more than the accepted text.
    if (this.state === 'accepted' && this.field.value() !== this.accepted?.value) this.close();
  }

  /** @param {number} [failedAttempts] - of the candidate that was shown before */
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

  /** @type {(text: string, status: string) => Promise<void>} */
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
    await this.review.update();
    this.toolbar.revealCard(this.card.root);
  }

  /** @type {(error: LLMActions.ShownError | null, text?: string) => void} */
  showError(error, text) {
    const { texts } = this;
    const message = error?.message || texts.unexpected;
    if (error?.code === 'nothing_to_change') this.show('unchanged', { status: message });
    else this.show('failed', { status: texts.failed, error: message, report: error?.report, text });
  }

  /** @type {(state: LLMActions.CardState, view: LLMActions.StateView) => void} */
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
    this.services.notifyShown();
    if (!mustMoveFocus) return;
    (state === 'cancelled' ? this.toolbar : this.card).focus();
    this.toolbar.revealCard(this.card.root);
  }

  // Leaves the editable text alone.
  refresh() {
    const isBusy = this.isBusy();
    this.toolbar.setBusy(isBusy);
    if (isBusy) this.loaded.previous?.then(({ setOpen }) => setOpen(false));
    this.card.setCancellable(isBusy, this.isRepairing());
    if (this.isWaiting() && this.candidates.run) {
      this.card.setDetails(runDetails(this.candidates.run, this.texts, this.candidates.cost));
    }
    this.listCandidates();
  }

  async listCandidates() {
    this.listPlace.hidden = this.state === 'accepted' || this.candidates.all.length < 2;
    if (this.listPlace.hidden) return;
    this.loaded.list ??= import('./candidate-list.js').then(({ createCandidateList }) =>
      createCandidateList(this),
    );
    const list = await this.loaded.list;
    if (!this.listPlace.hidden) list.show(this.candidates);
  }

  close() {
    this.memory.forget();
    this.state = null;
    this.card.hide();
    this.instruction.setInCard(false);
    this.services.notifyShown();
  }

  /** @type {LLMActions.OnCommand} */
  async command(name, detail) {
    if (name in this) /** @type {any} */ (this)[name](detail);
    else /** @type {any} */ (await import('./commands.js'))[name](this, detail);
  }

  async cancel() {
    this.card.setStatus(this.texts.cancelling);
    // The run goes on to its end, with the text as it is.
    if (this.isRepairing()) await this.generation.cancelRun(this.candidates.shown.run);
    else if (!(await this.generation.cancel())) return;
    // Nothing was started yet, or another candidate is shown that had succeeded before.
    if (!this.candidates.shown) this.show('cancelled', { status: this.texts.cancelled });
    else if (this.isWaiting()) this.display();
  }

  /** @param {string} [reason] */
  dismiss(reason) {
    this.abandon(reason);
    this.close();
    this.toolbar.focus();
  }

  async accept() {
    const { run } = this.candidates;
    const text = this.field.normalize(this.card.text());
    const outcome = await this.review
      .outcome(text)
      .catch(({ message }) => this.card.setStatus(message));
    // Pressed twice, or dismissed meanwhile.
    if (!outcome || !this.isWaiting() || run !== this.candidates.run) return;
    const before = this.field.value();
    const undo = this.field.write(outcome.value);
    const value = this.field.value();
    this.services.notifyWritten();
    this.accepted = { text, value, undo };
    this.generation.decide('accept', { text: outcome.accepted ?? text });
    this.handleDecision();
    if (run?.poll_url) {
      const { id, poll_url: url } = run;
      this.memory.write({ accepted: { id, url, text, value, before: undo.before ?? before } });
    }
    this.show('accepted', { status: this.texts.accepted });
    // The card has shrunk, and may have pulled the field out of view.
    this.field.place.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }
}
