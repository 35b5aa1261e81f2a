/**
 * The facts of a proposal that its source does not hold: listed, and marked where the text is shown.
 */

import { getPart, showText } from './dom.js';
import { fillIn } from './messages.js';

const HIGHLIGHT = 'llm-actions-fact';

const NOT_TAKEN = 'del, button, .llm-actions-card__change[data-left] ins';

/** Those that are marked in each card. @type {WeakMap<HTMLElement, Range[]>} */
const marked = new WeakMap();

/** @param {string} fact - which may stand at the end of a line, or in markup */
const patternOf = (fact) =>
  new RegExp(
    fact
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/[^\p{L}\p{N}]/gu, '\\$&'))
      .join('\\s+'),
    'g',
  );

/**
 * @param {HTMLElement} root
 * @returns {{text: string, pieces: {node: Text, start: number}[]}} what will be in the field
 */
function readShown(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode: (node) =>
      node instanceof Element && node.matches(NOT_TAKEN)
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  });
  let text = '';
  const pieces = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node instanceof Text) {
      pieces.push({ node, start: text.length });
      text += node.data;
    } else if (
      node instanceof Element &&
      node.matches('p, li, blockquote, h1, h2, h3, h4, h5, h6')
    ) {
      text += '\n';
    }
  }
  return { text, pieces };
}

/** @type {(root: HTMLElement) => HTMLElement[]} - which have their addresses as titles */
const linksOf = (root) => Array.from(root.querySelectorAll('u[title]'));

/** @type {(root: HTMLElement) => string} - with the addresses that it links to */
const readAll = (root) =>
  [readShown(root).text, ...linksOf(root).map(({ title }) => title)].join('\n');

/** @type {(root: HTMLElement, facts: string[]) => Range[]} */
function rangesOf(root, facts) {
  const { text, pieces } = readShown(root);
  /** @type {(offset: number) => [Node, number]} */
  const place = (offset) => {
    const piece = pieces.findLast(({ start }) => start < offset) ?? pieces[0];
    return [piece.node, Math.min(offset - piece.start, piece.node.length)];
  };
  const inText = facts.flatMap((fact) =>
    Array.from(text.matchAll(patternOf(fact)), ({ index, 0: found }) => {
      const range = document.createRange();
      const [start, offset] = place(index + 1);
      range.setStart(start, offset - 1);
      range.setEnd(...place(index + found.length));
      return range;
    }),
  );
  // Where a link leads to is no text.
  const links = linksOf(root).filter(({ title }) => facts.some((fact) => title.includes(fact)));
  return inText.concat(
    links.map((link) => {
      const range = document.createRange();
      range.selectNodeContents(link);
      return range;
    }),
  );
}

/**
 * Says which of the facts are still in the proposal, and marks them. A browser that has no
 * highlights gets the sentence alone.
 *
 * @param {LLMActions.Card} card
 * @param {string[]} facts
 * @param {string} sentence - with a place for them
 */
export function showFacts({ root, text }, facts, sentence) {
  const views = ['diff', 'formatted'].map((name) => getPart(root, name));
  // A formatted text has neither the marks of Markdown, which would part a name, nor what is left out.
  const shown = views[1].hidden ? text() : readAll(views[1]);
  const found = facts.filter((fact) => patternOf(fact).test(shown));
  getPart(root, 'unsourced').hidden = !found.length;
  showText(
    getPart(root, 'facts'),
    found.length ? fillIn(sentence, { facts: found.join(' · ') }) : '',
  );
  if (!globalThis.Highlight) return;
  const highlight = CSS.highlights.get(HIGHLIGHT) ?? new Highlight();
  marked.get(root)?.forEach((range) => highlight.delete(range));
  const ranges = views.flatMap((view) => rangesOf(view, found));
  ranges.forEach((range) => highlight.add(range));
  marked.set(root, ranges);
  CSS.highlights.set(HIGHLIGHT, highlight);
}
