/** What a proposal changes in a field, in parts that can be left out. */

import { compareParts, compareWords, sentences } from './diff.js';
import { clone, getPart, showDirectionControls, showText } from './dom.js';
import { fillIn } from './messages.js';

/** @type {LLMActions.PartKind} */
const SENTENCES = {
  isInline: true,
  split: (text) => sentences(text).map((sentence) => ({ key: sentence.trim(), text: sentence })),
  show: (_part, _offset, text) => [document.createTextNode(showDirectionControls(text))],
  box: (_part, nodes) => wrap('span', nodes),
};

/** @type {(name: string, nodes: Node[]) => HTMLElement} */
function wrap(name, nodes) {
  const element = document.createElement(name);
  element.append(...nodes);
  return element;
}

/** @type {(hunk: LLMActions.Hunk<LLMActions.TextPart>, kind: LLMActions.PartKind) => Node[]} */
function showHunk({ isSame, before, after }, kind) {
  const whole = (/** @type {LLMActions.TextPart} */ part) => kind.show(part, 0, part.text);
  if (isSame) return after.map((part) => kind.box(part, whole(part)));
  const [old, next] = [before[0], after[0]];
  if (before.length !== 1 || after.length !== 1 || old.text === next.text) {
    return [
      ...before.map((part) => kind.box(part, [wrap('del', whole(part))])),
      ...after.map((part) => kind.box(part, [wrap('ins', whole(part))])),
    ];
  }
  let [oldOffset, offset] = [0, 0];
  const nodes = compareWords(old.text, next.text).flatMap((words) => {
    const [removed, added] = [words.before.join(''), words.after.join('')];
    const shown = kind.show(next, offset, added);
    const marked = words.isSame
      ? shown
      : [
          ...(removed ? [wrap('del', kind.show(old, oldOffset, removed))] : []),
          ...(added ? [wrap('ins', shown)] : []),
        ];
    oldOffset += [...removed].length;
    offset += [...added].length;
    return marked;
  });
  return [kind.box(next, nodes)];
}

/** @type {LLMActions.CreateChanges} */
export function createChanges({ card, kind = SENTENCES, canChoose, onChoose }) {
  const diff = getPart(card, 'diff');
  const { left = '', take = '', leave = '', change = '' } = diff.dataset;
  /** @type {LLMActions.Hunk<any>[]} */
  let hunks = [];
  /** @type {Set<LLMActions.Hunk<any>>} */
  const leftOut = new Set();
  const shown = { before: '', after: '' };
  /** @type {typeof import('./choices.js')} - once used */
  let choices;

  /** @type {LLMActions.IsLeft} */
  const isLeft = (hunk) => leftOut.has(hunk);

  const value = () =>
    leftOut.size ? choices.composeValue(kind, hunks, choices.compose(hunks, isLeft)) : shown.after;

  function countLeftOut() {
    showText(getPart(card, 'left'), leftOut.size ? fillIn(left, { number: leftOut.size }) : '');
  }

  /** @type {(hunk: LLMActions.Hunk<any>, number: number, count: number) => HTMLElement} */
  function createChoice(hunk, number, count) {
    const { root, part } = clone('llm-actions-change');
    const toggle = part('toggle');
    const words = { suffix: '', take, leave, ...kind.words?.(hunk) };
    const name = fillIn(change, { number, count }) + words.suffix;
    part('content').append(...showHunk(hunk, kind));
    root.ariaLabel = name;
    root.classList.toggle('llm-actions-card__change--block', !kind.isInline);
    const refresh = () => {
      root.toggleAttribute('data-left', isLeft(hunk));
      toggle.textContent = isLeft(hunk) ? words.take : words.leave;
      toggle.ariaLabel = `${toggle.textContent}: ${name}`;
      countLeftOut();
    };
    toggle.addEventListener('click', async () => {
      choices ??= await import('./choices.js');
      if (!leftOut.delete(hunk)) leftOut.add(hunk);
      refresh();
      onChoose();
    });
    refresh();
    return root;
  }

  /** @type {(before: string, after: string) => void} */
  function compare(before, after) {
    if (kind.isInline) leftOut.clear();
    Object.assign(shown, { before, after });
    hunks = (kind.compare ?? compareParts)(kind.split(before), kind.split(after));
    choices?.leaveAgain(hunks, leftOut);
    countLeftOut();
    const changed = hunks.filter(({ isSame }) => !isSame);
    const hasChoice = canChoose && changed.length > 1;
    const nodes = hunks.flatMap((hunk) =>
      hunk.isSame || !hasChoice
        ? showHunk(hunk, kind)
        : [createChoice(hunk, changed.indexOf(hunk) + 1, changed.length)],
    );
    diff.replaceChildren(...nodes);
  }

  return {
    value: (mode) =>
      mode === 'replace'
        ? value()
        : choices.composeValue(kind, hunks, choices.addedParts(hunks, isLeft)),

    withoutLeftOut(outcome, mode, before) {
      if (!leftOut.size) return outcome;
      if (outcome.value !== shown.after || before !== shown.before) compare(before, outcome.value);
      return choices.chosenOutcome({ kind, hunks, isLeft, mode, showHunk });
    },

    show(field, outcome) {
      const before = canChoose ? field.value() : field.read();
      const after = canChoose ? outcome.value : outcome.text;
      const isShown = after === shown.after || after.trim() === value().trim();
      if (before !== shown.before || !isShown) {
        compare(before, isShown && !kind.isInline ? shown.after : after);
      }
      return hunks.some(({ isSame }) => !isSame);
    },
  };
}
