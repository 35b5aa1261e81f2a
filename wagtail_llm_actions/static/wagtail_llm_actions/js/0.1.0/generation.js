/**
 * The latest generation for a field: its runs, from the click to the decision.
 */

import { Candidates } from './candidates.js';
import { followRuns, isFinal } from './polling.js';

export class Generation {
  candidates = new Candidates();

  /** Counts generations; the answer to an earlier one is ignored. */
  number = 0;

  stopPolling = () => {};

  /**
   * @param {Pick<LLMActions.Services, 'api' | 'notifyChanged'>} services
   * @param {object} callbacks
   * @param {(update: {isShown: boolean, failedAttempts?: number}) => void} callbacks.onUpdate - the
   *   candidates have changed: the shown one too, which had so many failed attempts before, or
   *   others only
   * @param {(error: LLMActions.RequestError) => void} callbacks.onRefused - nothing was started
   * @param {() => void} callbacks.onConnectionLost - the server cannot be reached; polling goes on
   */
  constructor({ api, notifyChanged }, callbacks) {
    this.api = api;
    this.notifyChanged = notifyChanged;
    this.callbacks = callbacks;
  }

  /**
   * @param {number | null} actionId
   * @param {string} instruction
   */
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

  /**
   * Takes up runs on which the editor has decided.
   *
   * @param {LLMActions.RunState} first - with the other candidates of its click
   * @param {LLMActions.CardMemory} memory
   */
  restore(first, memory) {
    this.reset();
    this.candidates = new Candidates(first);
    this.candidates.restore(memory);
  }

  /** @returns {number} the number of the new generation */
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

  /**
   * Cancels what is unfinished.
   *
   * @returns {Promise<boolean>} false where another generation was started meanwhile
   */
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

  /** Dismisses a proposal, or cancels what is unfinished, without waiting for the answers. */
  abandon() {
    if (this.candidates.hasSucceeded()) this.decide('dismiss');
    else this.candidates.unfinished().forEach(({ run }) => this.cancelRun(run));
    this.end();
  }

  /**
   * Records a decision; with it, the server cancels the candidates that are unfinished.
   *
   * @param {LLMActions.Decision} decision
   * @param {string} [text] - the accepted one
   */
  decide(decision, text) {
    const { run } = this.candidates;
    // Without a URL it is another user's run, and that user's decision counts.
    if (run?.decide_url) this.api.decide(run, decision, text).then(this.notifyChanged);
    this.end();
  }

  end() {
    this.stopPolling();
    this.candidates.cancelUnfinished();
  }
}
