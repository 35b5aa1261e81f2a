/** The latest generation for a field: the candidates of a click. */

import { followRuns, isFinal } from './polling.js';

/** @param {LLMActions.Candidate} candidate */
const isLost = ({ run }) => run.status === 'failed' || run.status === 'cancelled';

/**
 * Keeps the shown candidate unless it is lost.
 *
 * @type {(candidates: LLMActions.Candidate[], shown: number) => number}
 */
export function pickCandidate(candidates, shown) {
  if (!isLost(candidates[shown])) return shown;
  const succeeded = candidates.findIndex(({ run }) => run.status === 'succeeded');
  const next = succeeded < 0 ? candidates.findIndex((each) => !isLost(each)) : succeeded;
  return next < 0 ? shown : next;
}

export class Candidates {
  /** @type {LLMActions.Candidate[]} */
  all = [];

  shownIndex = 0;

  /** By the editor. */
  isChosen = false;

  /** @param {LLMActions.RunState} [first] - with the other runs of its click */
  constructor(first) {
    if (!first) return;
    this.all = [first, ...first.candidates].map((run) => ({
      run,
      text: isFinal(run) ? run.output : run.text,
    }));
    this.shownIndex = pickCandidate(this.all, 0);
  }

  get shown() {
    return this.all[this.shownIndex];
  }

  get run() {
    return this.shown?.run ?? null;
  }

  // The answer that brings the last end knows what all cost together.
  get cost() {
    return this.all.map(({ run }) => run.click_cost).find(Boolean) ?? '';
  }

  unfinished() {
    return this.all.filter(({ run }) => !isFinal(run));
  }

  hasSucceeded() {
    return this.all.some(({ run }) => run.status === 'succeeded');
  }

  /** @param {LLMActions.CardMemory} memory */
  restore({ drafts = {}, chosen }) {
    this.all.forEach((candidate) => {
      candidate.draft = drafts[candidate.run.id];
    });
    const index = this.all.findIndex(({ run }) => run.id === chosen);
    if (index >= 0) this.choose(index);
  }

  /** @returns {LLMActions.CardMemory} */
  memory() {
    const edited = this.all.filter(({ draft }) => draft !== undefined);
    return {
      drafts: Object.fromEntries(edited.map(({ run, draft }) => [run.id, String(draft)])),
      chosen: this.isChosen ? this.run?.id : undefined,
    };
  }

  /** @param {number} index */
  choose(index) {
    this.shownIndex = index;
    this.isChosen = true;
  }

  /** @param {LLMActions.RunUpdate[]} updates */
  update(updates) {
    const before = this.shown;
    const changed = updates.map(({ index, run, text }) =>
      Object.assign(this.all[index], { run, text }),
    );
    if (!this.isChosen) this.shownIndex = pickCandidate(this.all, this.shownIndex);
    // Whether the shown candidate is another one, or has changed.
    return this.shown !== before || changed.includes(this.shown);
  }

  cancelUnfinished() {
    this.unfinished().forEach((candidate) => {
      candidate.run = { ...candidate.run, status: 'cancelled' };
    });
  }
}

export class Generation {
  candidates = new Candidates();

  // The answer to an earlier generation is ignored.
  number = 0;

  stopPolling = () => {};

  /**
   * @param {Pick<LLMActions.Services, 'api' | 'notifyChanged'>} services
   * @param {LLMActions.GenerationCallbacks} callbacks
   */
  constructor({ api, notifyChanged }, callbacks) {
    this.api = api;
    this.notifyChanged = notifyChanged;
    this.callbacks = callbacks;
  }

  /** @type {(actionId: number | null, instruction: string) => Promise<void>} */
  async start(actionId, instruction) {
    const number = this.reset();
    let run;
    try {
      run = await this.api.startRun(actionId, instruction);
    } catch (error) {
      if (number === this.number) {
        this.callbacks.onRefused(/** @type {LLMActions.RequestError} */ (error));
      }
      return;
    }
    if (number === this.number) this.follow(run);
    // Cancelled before it had a URL to cancel it by.
    else [run, ...run.candidates].forEach((each) => this.cancelRun(each));
  }

  /** @param {LLMActions.RunState} run - that was not started by a click in this window */
  adopt(run) {
    this.reset();
    this.follow(run);
  }

  reset() {
    this.stopPolling();
    this.candidates = new Candidates();
    this.number += 1;
    return this.number;
  }

  /** @param {LLMActions.RunState} first - with the other candidates of its click */
  follow(first) {
    this.candidates = new Candidates(first);
    this.callbacks.onUpdate({ isShown: true });
    this.stopPolling = followRuns(
      this.candidates.all.map(({ run }) => run),
      {
        poll: this.api.poll,
        onUpdate: (updates) => this.update(updates),
        onConnectionLost: this.callbacks.onConnectionLost,
        onError: ({ code, message }) => {
          const error = { code, message, report: '' };
          this.endUnfinished(({ run, text }) => ({
            run: { ...run, status: 'failed', error },
            text,
          }));
        },
      },
    );
  }

  /** @param {LLMActions.RunUpdate[]} updates - at least one */
  update(updates) {
    const { failed_attempts: failedAttempts } = this.candidates.shown.run;
    const isShown = this.candidates.update(updates);
    if (updates.some(({ run }) => isFinal(run))) this.notifyChanged();
    this.callbacks.onUpdate({ isShown, failedAttempts });
  }

  /** @param {(candidate: LLMActions.Candidate) => LLMActions.Candidate} end */
  endUnfinished(end) {
    const { all } = this.candidates;
    const ended = this.candidates.unfinished().map((candidate) => ({
      index: all.indexOf(candidate),
      ...end(candidate),
    }));
    if (ended.length) this.update(ended);
  }

  /** Resolves to false where another generation was started meanwhile. */
  async cancel() {
    this.stopPolling();
    this.number += 1;
    const { number } = this;
    const unfinished = this.candidates.unfinished();
    const answers = await Promise.all(unfinished.map(({ run }) => this.cancelRun(run)));
    if (number !== this.number) return false;
    this.endUnfinished((candidate) => {
      const answer = answers[unfinished.indexOf(candidate)];
      // It may have ended by itself a moment before.
      if (answer && isFinal(answer)) return { run: answer, text: answer.output };
      return { run: { ...candidate.run, status: 'cancelled' }, text: candidate.text };
    });
    return true;
  }

  /** @param {LLMActions.RunState} run */
  cancelRun(run) {
    return this.api.cancel(run).catch(() => null);
  }

  /** @param {string} [reason] - why a proposal is dismissed */
  abandon(reason = '') {
    if (this.candidates.hasSucceeded()) this.decide('dismiss', { reason });
    else this.candidates.unfinished().forEach(({ run }) => this.cancelRun(run));
    this.end();
  }

  /**
   * With the decision, the server cancels the candidates that are unfinished.
   *
   * @type {(decision: LLMActions.Decision, details?: LLMActions.DecisionDetails) => void}
   */
  decide(decision, details) {
    const { run } = this.candidates;
    // Without a URL it is another user's run, and that user's decision counts.
    if (run?.decide_url) this.api.decide(run, decision, details).then(this.notifyChanged);
    this.end();
  }

  end() {
    this.stopPolling();
    this.candidates.cancelUnfinished();
  }
}
