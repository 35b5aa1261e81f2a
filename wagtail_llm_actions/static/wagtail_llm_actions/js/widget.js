/**
 * Joins fields, runs and cards: one widget for each field that has actions on this form.
 *
 * The field is written on Accept and on Undo only. Streaming into it would let Wagtail autosave
 * half sentences, and would overwrite what is being typed meanwhile.
 */

class FieldWidget {
  /** @type {LLMActions.CardState | null} - null when no card is shown */
  state = null;

  /** @type {LLMActions.Candidate[]} - the runs of one click; mostly one, none before its answer */
  candidates = [];

  /** Which of them is in the editable text. */
  chosen = 0;

  /** The editor has chosen it. */
  hasChosen = false;

  /** Counts what was begun; the answer to an earlier beginning is ignored. */
  turn = 0;

  /** The field's value when the run started, before Accept, and since; and the text accepted. */
  values = { start: '', former: '', accepted: '', taken: '' };

  /** Ends the questions about the runs. */
  stop = () => {};

  /**
   * @param {LLMActions.Site} site
   * @param {{path: string, offer: LLMActions.Offer, field: LLMActions.Field, count: number}} own
   */
  constructor(site, { path, offer, field, count }) {
    this.site = site;
    /** @type {LLMActions.Chosen} - the one run last */
    this.action = offer.actions[0];
    this.offer = offer;
    this.control = field.control;
    this.bar = site.bar.createBar(offer, {
      onChoose: (action) => this.start(action),
      hasText: () => Boolean(this.control.value.trim()),
    });
    this.card = site.card.createCard({
      path,
      label: offer.label,
      onCommand: (command) => this[command](),
      onEdit: () => this.review(),
    });
    this.list = site.candidates.createCandidates({
      card: this.card.root,
      path,
      texts: site.texts,
      words: site.words,
      onChoose: (index) => this.choose(index),
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

  get run() {
    return this.candidates[this.chosen]?.run ?? null;
  }

  unfinished() {
    return this.candidates.filter(({ run }) => !this.site.run.isFinal(run));
  }

  /** @param {LLMActions.Chosen} action */
  async start(action) {
    const { requests, texts } = this.site;
    this.leave();
    const turn = this.begin(action);
    // On its way before the card is laid out.
    const answer = requests.start(action.id);
    this.show('working', { status: texts.starting });
    let run;
    try {
      run = await answer;
    } catch (error) {
      if (turn === this.turn) this.fail(/** @type {LLMActions.RequestError} */ (error));
      return;
    }
    if (turn === this.turn) this.take(run);
    // Cancelled before it had an address to send that to.
    else [run, ...run.candidates].forEach((each) => requests.cancel(each).catch(() => {}));
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

  isBusy() {
    return this.state === 'working' || this.unfinished().length > 0;
  }

  /** @param {LLMActions.Run} run - finished, of some earlier day */
  proposeAgain(run) {
    this.leave();
    this.adopt(run);
    this.card.focus();
    this.bar.reveal(this.card.root);
  }

  /** @param {LLMActions.Chosen} action */
  begin(action) {
    this.stop();
    this.action = action;
    this.candidates = [];
    this.chosen = 0;
    this.hasChosen = false;
    this.values.start = this.control.value;
    this.turn += 1;
    return this.turn;
  }

  /** @param {LLMActions.Run} first - with the other candidates of its click */
  take(first) {
    const { isFinal, follow } = this.site.run;
    this.candidates = [first, ...first.candidates].map((run) => ({
      run,
      text: isFinal(run) ? run.output : run.text,
    }));
    this.chosen = this.site.candidates.pick(this.candidates, 0);
    this.display();
    this.stop = follow(
      this.candidates.map(({ run }) => run),
      {
        poll: this.site.requests.poll,
        onNews: (changes) => this.news(changes),
        onTrouble: () => this.card.announce(this.site.texts.trouble),
        onError: ({ code, message }) => {
          const error = { code, message, report: '' };
          this.endAll(({ run, text }) => ({ run: { ...run, status: 'failed', error }, text }));
        },
      },
    );
  }

  /**
   * Ends what is still being written.
   *
   * @param {(old: LLMActions.Candidate) => LLMActions.Candidate} change
   */
  endAll(change) {
    const open = this.unfinished();
    this.news(open.map((old) => ({ index: this.candidates.indexOf(old), ...change(old) })));
  }

  /** @param {LLMActions.RunChange[]} changes - one at least */
  news(changes) {
    const former = this.candidates[this.chosen];
    const { attempts } = former.run;
    const changed = changes.map(({ index, run, text }) =>
      Object.assign(this.candidates[index], { run, text }),
    );
    if (!this.hasChosen) this.chosen = this.site.candidates.pick(this.candidates, this.chosen);
    if (changed.some(({ run }) => this.site.run.isFinal(run))) this.site.changed();
    const shown = this.candidates[this.chosen];
    if (shown !== former || changed.includes(shown)) this.display(attempts);
    else this.refresh();
  }

  /**
   * Shows the chosen candidate.
   *
   * @param {number} [attempts] - how many had failed when it was shown last
   */
  display(attempts) {
    const { texts, words } = this.site;
    const { run, text, draft } = this.candidates[this.chosen];
    const isCountdown = Boolean(run.waiting) && run.attempts === attempts;
    if (run.status === 'succeeded') this.propose(draft ?? text, words.done(run, texts));
    else if (run.status === 'failed') this.fail(run.error, text);
    else if (run.status === 'cancelled') this.show('cancelled', { status: texts.cancelled, text });
    else this.show('working', { status: words.progress(run, text, texts), text, isCountdown });
  }

  /** @param {number} index - of the candidate to read and edit next */
  choose(index) {
    this.keepDraft();
    this.chosen = index;
    this.hasChosen = true;
    this.display();
  }

  keepDraft() {
    if (this.state === 'proposal') this.candidates[this.chosen].draft = this.card.text();
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
    const active = document.activeElement;
    const stays = state !== 'accepted' && this.list.root.contains(active);
    const inside = state !== this.state && !stays && this.bar.root.contains(active);
    this.state = state;
    this.card.show({ state, title: this.action.label, ...view });
    this.refresh();
    if (!inside) return;
    (state === 'cancelled' ? this.bar : this.card).focus();
    this.bar.reveal(this.card.root);
  }

  /** Shows what is known of all candidates, and leaves the editable text alone. */
  refresh() {
    const isBusy = this.isBusy();
    this.bar.setBusy(isBusy);
    this.earlier.setBusy(isBusy);
    this.card.setUnfinished(isBusy);
    if (this.state === 'accepted') this.list.hide();
    else this.list.show(this.candidates, this.chosen);
  }

  /** @param {string} text - as the card has it */
  combined(text) {
    return this.site.fields.combine(this.control, text, this.run?.write_mode ?? 'replace');
  }

  /** Compares the field with what it will become, whichever text was edited. */
  async review() {
    const { texts, fields, words } = this.site;
    const before = this.control.value;
    const after = this.combined(fields.fit(this.control, this.card.text()));
    const size = fields.measure(this.control, after);
    this.card.setLength(words.length(size, texts), size.tooLong);
    const filled = this.isForEmpty() && before.trim() ? texts.filled : '';
    this.card.setBarred(this.run?.barred || filled);
    const changes = before && before !== after ? await this.site.compare(before, after) : [];
    if (this.state === 'proposal') this.card.setChanges(changes);
  }

  /** Whether the action must not touch a text that the field has. */
  isForEmpty() {
    return this.offer.actions.some(
      ({ id, only_when_empty: isForEmpty }) => isForEmpty && id === this.action.id,
    );
  }

  fieldEdited() {
    this.bar.refresh();
    if (this.state === 'proposal') this.review();
    // From here on, Undo would take away more than the accepted text.
    if (this.state === 'accepted' && this.control.value !== this.values.accepted) this.close();
  }

  close() {
    this.state = null;
    this.card.hide();
  }

  /** Gives up what was suggested and is not accepted. */
  leave() {
    if (!this.state || this.state === 'accepted') return;
    if (this.candidates.some(({ run }) => run.status === 'succeeded')) this.decide('dismiss');
    else this.unfinished().forEach(({ run }) => this.site.requests.cancel(run).catch(() => {}));
    this.end();
  }

  /** Hears no more of what is still being written; the server cancels it with the decision. */
  end() {
    this.stop();
    this.unfinished().forEach((candidate) => {
      candidate.run = { ...candidate.run, status: 'cancelled' };
    });
    this.bar.setBusy(false);
    this.earlier.setBusy(false);
  }

  /**
   * @param {LLMActions.Decision} decision
   * @param {string} [text]
   */
  decide(decision, text) {
    this.earlier.offer();
    // A text of somebody else has no such address: theirs is the decision that counts.
    if (!this.run?.decide_url) return;
    this.site.requests.decide(this.run, decision, text).then(this.site.changed);
  }

  // What the buttons of the card do; they are named by their data-command.

  async cancel() {
    const { requests, texts } = this.site;
    this.stop();
    this.turn += 1;
    const { turn } = this;
    this.card.announce(texts.cancelling);
    const open = this.unfinished();
    const answers = await Promise.all(
      open.map(({ run }) => requests.cancel(run).catch(() => null)),
    );
    if (turn !== this.turn) return;
    if (!open.length) this.show('cancelled', { status: texts.cancelled });
    else {
      this.keepDraft();
      this.endAll((old) => {
        const answer = answers[open.indexOf(old)];
        // It may have come to its own end a moment before.
        if (answer && this.site.run.isFinal(answer)) return { run: answer, text: answer.output };
        return { run: { ...old.run, status: 'cancelled' }, text: old.text };
      });
      if (this.state === 'proposal') this.display();
    }
  }

  retry() {
    this.start(this.action);
  }

  dismiss() {
    this.leave();
    this.close();
    this.bar.focus();
  }

  accept() {
    const { fields, texts } = this.site;
    const text = fields.fit(this.control, this.card.text());
    this.values.former = this.control.value;
    this.values.taken = text;
    fields.write(this.control, this.combined(text));
    this.values.accepted = this.control.value;
    this.end();
    this.decide('accept', text);
    this.show('accepted', { status: texts.accepted });
    // The card has shrunk, and may have pulled the field out of view.
    this.control.scrollIntoView({ block: 'nearest', behavior: 'instant' });
  }

  undo() {
    const { taken, former } = this.values;
    this.values.start = former;
    this.site.fields.write(this.control, former);
    this.decide('undo');
    this.propose(taken, this.site.texts.undone);
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

/**
 * @param {LLMActions.Arguments} options - the modules among them
 * @returns {LLMActions.Started}
 */
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
    changed: () => form.dispatchEvent(new Event('llm-actions:changed')),
  };
  /** @type {Map<string, FieldWidget>} */
  const widgets = new Map();
  Object.entries(offers.fields).forEach(([path, offer]) => {
    const field = modules.fields.findField(form, path);
    const count = offers.earlier[path] ?? 0;
    if (field) widgets.set(path, new FieldWidget(site, { path, offer, field, count }));
  });
  offers.runs.forEach((run) => widgets.get(run.field)?.adopt(run));
  return { widgets, loadPanel: () => requests.panel(String(urls.objectRunsUrl)) };
}
