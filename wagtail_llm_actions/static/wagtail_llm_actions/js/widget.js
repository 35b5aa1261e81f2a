/**
 * Joins fields, runs and cards: one widget for each field that has actions on this form.
 *
 * The field is written on Accept and on Undo only. Streaming into it would let Wagtail autosave
 * half sentences, and would overwrite what is being typed meanwhile.
 */

class FieldWidget {
  /** @type {LLMActions.CardState | null} - null when no card is shown */
  state = null;

  /** @type {LLMActions.Run | null} */
  run = null;

  /** Counts what was begun; the answer to an earlier beginning is ignored. */
  turn = 0;

  /** The field's value when the run started, before Accept, and since. */
  values = { start: '', former: '', accepted: '' };

  /** Ends the questions about the run. */
  stop = () => {};

  /**
   * @param {LLMActions.Site} site
   * @param {{path: string, offer: LLMActions.Offer, field: LLMActions.Field, count: number}} own
   */
  constructor(site, { path, offer, field, count }) {
    this.site = site;
    /** @type {LLMActions.Chosen} - the one run last */
    this.action = offer.actions[0];
    this.control = field.control;
    this.bar = site.bar.createBar(offer, (action) => this.start(action));
    this.card = site.card.createCard({
      path,
      label: offer.label,
      onCommand: (command) => this[command](),
      onEdit: () => this.review(),
    });
    this.bar.root.append(this.card.root);
    field.place.after(this.bar.root);
    this.earlier = site.earlier.createEarlier({
      path,
      label: offer.label,
      count,
      root: this.bar.root,
      load: site.loadEarlier,
      shown: () => (this.state === 'proposal' ? this.run?.id : undefined),
      onChoose: (run) => this.proposeAgain(run),
    });
    this.control.addEventListener('input', () => this.fieldEdited());
  }

  /** @param {LLMActions.Chosen} action */
  async start(action) {
    const { requests, texts } = this.site;
    if (this.state === 'proposal') this.decide('dismiss');
    const turn = this.begin(action);
    this.show('working', { status: texts.starting });
    let run;
    try {
      run = await requests.start(action.id);
    } catch (error) {
      if (turn === this.turn) this.fail(/** @type {LLMActions.RequestError} */ (error));
      return;
    }
    if (turn === this.turn) this.take(run);
    // Cancelled before it had an address to send that to.
    else requests.cancel(run).catch(() => {});
  }

  /**
   * Shows a run that an earlier visit to this form has left.
   *
   * @param {LLMActions.Run} run
   */
  adopt(run) {
    this.begin({ id: run.action, label: run.action_label });
    this.take(run);
  }

  /** @param {LLMActions.Run} run - finished, of some earlier day */
  proposeAgain(run) {
    if (this.state === 'proposal') this.decide('dismiss');
    this.adopt(run);
    this.card.focus();
    this.bar.reveal(this.card.root);
  }

  /** @param {LLMActions.Chosen} action */
  begin(action) {
    this.stop();
    this.action = action;
    this.run = null;
    this.values.start = this.control.value;
    this.turn += 1;
    return this.turn;
  }

  /** @param {LLMActions.Run} run */
  take(run) {
    const { isFinal, follow } = this.site.run;
    this.news(run, isFinal(run) ? run.output : run.text);
    if (isFinal(run)) return;
    this.stop = follow(run, {
      poll: this.site.requests.poll,
      onNews: (latest, text) => this.news(latest, text),
      onTrouble: () => this.card.announce(this.site.texts.trouble),
      onError: (error, text) => this.fail(error, text),
    });
  }

  /**
   * @param {LLMActions.Run} run
   * @param {string} text - all of it so far
   */
  news(run, text) {
    const { texts, words } = this.site;
    const isCountdown = Boolean(run.waiting) && run.attempts === this.run?.attempts;
    this.run = run;
    if (run.status === 'succeeded') this.propose(text, words.done(run, texts));
    else if (run.status === 'failed') this.fail(run.error, text);
    else if (run.status === 'cancelled') this.show('cancelled', { status: texts.cancelled, text });
    else this.show('working', { status: words.progress(run, text, texts), text, isCountdown });
  }

  /**
   * @param {string} text
   * @param {string} status
   */
  async propose(text, status) {
    const { texts, words, fields } = this.site;
    const run = /** @type {LLMActions.Run} */ (this.run);
    const changed = this.control.value === this.values.start ? '' : texts.changed;
    this.show('proposal', {
      status,
      text: fields.fit(this.control, text),
      notice: [run.notice, changed].filter(Boolean).join(' '),
      details: words.details(run, texts),
    });
    await this.review();
    this.bar.reveal(this.card.root);
  }

  /**
   * @param {{message: string, report?: string} | null} error
   * @param {string} [text]
   */
  fail(error, text) {
    const { texts } = this.site;
    const message = error?.message || texts.unexpected;
    this.show('failed', { status: texts.failed, error: message, report: error?.report, text });
  }

  /**
   * @param {LLMActions.CardState} state
   * @param {Omit<LLMActions.CardView, 'state' | 'title'>} view
   */
  show(state, view) {
    // Whoever waits here, on a button that may go away now, is taken along; nobody else is.
    const inside = state !== this.state && this.bar.root.contains(document.activeElement);
    this.state = state;
    this.bar.setBusy(state === 'working');
    this.earlier.setBusy(state === 'working');
    this.card.show({ state, title: this.action.label, ...view });
    if (!inside) return;
    (state === 'cancelled' ? this.bar : this.card).focus();
    this.bar.reveal(this.card.root);
  }

  /** Compares the proposal with the field, whichever of them was edited. */
  async review() {
    const { texts, fields, words } = this.site;
    const before = this.control.value;
    const after = fields.fit(this.control, this.card.text());
    const size = fields.measure(this.control, after);
    this.card.setLength(words.length(size, texts), size.tooLong);
    const changes = before && before !== after ? await this.site.compare(before, after) : [];
    if (this.state === 'proposal') this.card.setChanges(changes);
  }

  fieldEdited() {
    if (this.state === 'proposal') this.review();
    // From here on, Undo would take away more than the accepted text.
    if (this.state === 'accepted' && this.control.value !== this.values.accepted) this.close();
  }

  close() {
    this.state = null;
    this.card.hide();
  }

  /**
   * @param {LLMActions.Decision} decision
   * @param {string} [text]
   */
  decide(decision, text) {
    this.earlier.offer();
    // A text of somebody else has no such address: theirs is the decision that counts.
    if (this.run?.decide_url) this.site.requests.decide(this.run, decision, text);
  }

  // What the buttons of the card do; they are named by their data-command.

  async cancel() {
    const { requests, texts } = this.site;
    const text = this.card.text();
    this.stop();
    this.turn += 1;
    const { run, turn } = this;
    this.card.announce(texts.cancelling);
    const answer = run && (await requests.cancel(run).catch(() => null));
    if (turn !== this.turn) return;
    // It may have come to its own end a moment before.
    if (answer && this.site.run.isFinal(answer)) this.news(answer, answer.output);
    else this.show('cancelled', { status: texts.cancelled, text });
  }

  retry() {
    this.start(this.action);
  }

  dismiss() {
    if (this.state === 'proposal') this.decide('dismiss');
    this.close();
    this.bar.focus();
  }

  accept() {
    const { fields, texts } = this.site;
    const text = fields.fit(this.control, this.card.text());
    this.values.former = this.control.value;
    fields.write(this.control, text);
    this.values.accepted = this.control.value;
    this.decide('accept', text);
    this.show('accepted', { status: texts.accepted });
    // The card has shrunk, and may have pulled the field out of view.
    this.control.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  undo() {
    const { accepted, former } = this.values;
    this.values.start = former;
    this.site.fields.write(this.control, former);
    this.decide('undo');
    this.propose(accepted, this.site.texts.undone);
  }

  async copy() {
    await this.card.copy();
    this.card.announce(this.site.texts.copied);
  }

  async report() {
    await this.site.card.copyText(String(this.run?.error?.report), this.card.root);
    this.card.announce(this.site.texts.copied);
  }
}

/** @param {LLMActions.Arguments} options - the modules among them */
export function start({ form, formKey, offers, urls, uuid, ...modules }) {
  const { texts } = modules.card;
  const requests = modules.api.createApi({
    form,
    formKey,
    uuid,
    texts,
    runsUrl: String(urls.runsUrl),
  });
  const site = {
    ...modules,
    texts,
    requests,
    loadEarlier: () => requests.earlier(String(urls.objectRunsUrl)),
    compare: modules.diff.createCompare(String(urls.diffLibrary)),
  };
  /** @type {Map<string, FieldWidget>} */
  const widgets = new Map();
  Object.entries(offers.fields).forEach(([path, offer]) => {
    const field = modules.fields.findField(form, path);
    const count = offers.earlier[path] ?? 0;
    if (field) widgets.set(path, new FieldWidget(site, { path, offer, field, count }));
  });
  offers.runs.forEach((run) => widgets.get(run.field)?.adopt(run));
}
