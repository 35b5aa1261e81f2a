/** Numbers of texts that wait for a decision, on tabs and on the side panel's button. */

import { clone, getTemplate } from './dom.js';
import { fillIn } from './messages.js';

/** @param {Element} element */
const tabOf = (element) => {
  const panel = element.closest('[role="tabpanel"]');
  return document.getElementById(panel?.getAttribute('aria-labelledby') ?? '');
};

/** @type {(widgets: LLMActions.Widgets, toggle: HTMLElement) => () => void} */
export function createBadges(widgets, toggle) {
  const sentence = String(getTemplate('llm-actions-badge').dataset.waiting);
  const label = String(toggle.ariaLabel);
  const counter = /** @type {HTMLElement} */ (toggle.querySelector('[data-part="count"]'));
  /** @type {Map<HTMLElement, ReturnType<typeof clone>>} - by the tab */
  const badges = new Map();

  /** @param {HTMLElement} tab */
  function addBadge(tab) {
    const badge = clone('llm-actions-badge');
    tab.append(badge.root);
    badges.set(tab, badge);
  }

  return function count() {
    const waiting = [...widgets.values()].filter((widget) => widget.isWaiting());
    const tabs = waiting.map(({ root }) => tabOf(root)).filter((tab) => tab !== null);
    new Set(tabs.filter((tab) => !badges.has(tab))).forEach(addBadge);
    badges.forEach(({ root, part }, tab) => {
      const number = tabs.filter((each) => each === tab).length;
      root.hidden = !number;
      part('count').textContent = String(number);
      part('sentence').textContent = fillIn(sentence, { number });
    });
    const number = waiting.length;
    counter.hidden = !number;
    counter.textContent = String(number);
    toggle.ariaLabel = number ? `${label}. ${fillIn(sentence, { number })}` : label;
  };
}
