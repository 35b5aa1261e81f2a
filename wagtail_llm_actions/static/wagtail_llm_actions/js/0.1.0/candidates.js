/**
 * The candidates of one click.
 */

import { isFinal } from './polling.js';

/** @param {LLMActions.Candidate} candidate */
const isLost = ({ run }) => run.status === 'failed' || run.status === 'cancelled';

/**
 * The candidate to show while the editor has chosen none: the shown one, unless it is lost.
 *
 * @param {LLMActions.Candidate[]} candidates
 * @param {number} shown - the index of the one shown now
 */
export function pickCandidate(candidates, shown) {
  if (!isLost(candidates[shown])) return shown;
  const succeeded = candidates.findIndex(({ run }) => run.status === 'succeeded');
  const next = succeeded < 0 ? candidates.findIndex((each) => !isLost(each)) : succeeded;
  return next < 0 ? shown : next;
}

/** The candidates of a field's latest click: none before its first answer, mostly one. */
export class Candidates {
  /** @type {LLMActions.Candidate[]} */
  all = [];

  /** The index of the candidate whose text the card shows. */
  shownIndex = 0;

  /** Whether the editor has chosen the shown one. */
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

  /** What all cost together; the answer that brings the last end knows. */
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

  /**
   * @param {LLMActions.RunUpdate[]} updates
   * @returns {boolean} whether the shown candidate is another one, or has changed
   */
  update(updates) {
    const before = this.shown;
    const changed = updates.map(({ index, run, text }) =>
      Object.assign(this.all[index], { run, text }),
    );
    if (!this.isChosen) this.shownIndex = pickCandidate(this.all, this.shownIndex);
    return this.shown !== before || changed.includes(this.shown);
  }

  cancelUnfinished() {
    this.unfinished().forEach((candidate) => {
      candidate.run = { ...candidate.run, status: 'cancelled' };
    });
  }
}
