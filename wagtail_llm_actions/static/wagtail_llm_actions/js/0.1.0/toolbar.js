/**
 * The row below a field: the Generate button and, with several actions, a menu of them.
 */

import { clone, getTemplate, labelWithField, showText } from './dom.js';
import { fillIn } from './messages.js';

/**
 * @param {LLMActions.FieldOffer} offer
 * @param {object} options
 * @param {(action: LLMActions.ActionReference) => void} options.onSelect
 * @param {(toggle: HTMLElement) => void} options.onPreview - shows or hides what would be sent
 * @param {string} options.path - of the field; makes the ids unique
 * @param {() => boolean} options.isFilled - whether the field has a text now
 * @param {(source: string) => boolean} options.isEmpty - whether that field is known to have none
 */
export function createToolbar(
  { label, actions },
  { onSelect, onPreview, path, isFilled, isEmpty },
) {
  const { root, part } = clone('llm-actions-toolbar');
  const texts = getTemplate('llm-actions-toolbar').dataset;
  const generate = part('generate');
  const menuToggle = /** @type {HTMLButtonElement} */ (part('menu-toggle'));
  const [first] = actions;
  let busy = false;

  /**
   * @param {LLMActions.ActionOffer} action
   * @returns {string} why it cannot be run now; empty where it can
   */
  function blockedReason({ source, source_label: field, only_when_empty: onlyWhenEmpty }) {
    if (onlyWhenEmpty && isFilled()) return String(texts.notEmpty);
    return isEmpty(source) ? fillIn(String(texts.sourceEmpty), { field }) : '';
  }

  /** @param {LLMActions.ActionOffer} action */
  function createItem(action) {
    const item = clone('llm-actions-menu-item');
    item.part('label').textContent = action.label;
    item.part('description').textContent = action.description;
    item.part('model').textContent = action.model_label;
    item.root.addEventListener('click', (event) => {
      if (!blockedReason(action)) onSelect(action);
      // The menu stays open and shows the reason.
      else event.stopPropagation();
    });
    return { ...item, action };
  }

  const items = actions.length > 1 ? actions.map(createItem) : [];

  function refresh() {
    const reason = blockedReason(first);
    // Not `disabled`, which would drop the focus that is on it.
    generate.setAttribute('aria-disabled', String(busy || Boolean(reason)));
    generate.dataset.wTooltipContentValue = reason ? `${first.label}. ${reason}` : first.label;
    showText(part('reason'), reason);
    items.forEach(({ root: item, part: itemPart, action }) => {
      const itemReason = blockedReason(action);
      showText(itemPart('reason'), itemReason);
      item.setAttribute('aria-disabled', String(Boolean(itemReason)));
    });
    menuToggle.disabled = busy;
  }

  /** @param {LLMActions.ActionReference} action - one that is not offered any more is refused later */
  function run(action) {
    const offered = actions.find(({ id }) => id === action.id);
    if (!busy && !(offered && blockedReason(offered))) onSelect(action);
  }

  labelWithField(generate, label);
  if (actions.length > 1) {
    const names = { action: first.label, field: label };
    part('generate-text').textContent = fillIn(String(texts.generate), names);
    generate.ariaLabel = fillIn(String(texts.generateLabel), names);
  }
  part('reason').id = `llm-actions-reason-${path}`;
  generate.setAttribute('aria-describedby', part('reason').id);
  generate.addEventListener('click', () => run(first));
  root.addEventListener('pointerenter', refresh);
  labelWithField(part('request-toggle'), label);
  part('request-toggle').addEventListener('click', () => onPreview(part('request-toggle')));
  if (items.length) {
    labelWithField(menuToggle, label);
    // To the right of the whole control; below it, the tooltip would cover the card.
    generate.dataset.wTooltipOffsetValue = '[0, 40]';
    part('menu-items').append(...items.map((item) => item.root));
  } else {
    part('menu').remove();
  }
  refresh();

  return {
    root,
    run,
    /** Checks again whether the field and the sources have a text. */
    refresh,
    focus() {
      generate.focus({ preventScroll: true });
      // The tooltip is for people who move to the button, not for those who are moved to it.
      generate.dispatchEvent(new Event('llm-actions:focus-moved'));
    },
    /**
     * Scrolls as little as possible, and only for somebody who works here and has not scrolled away.
     *
     * @param {Element} card
     */
    revealCard(card) {
      const { top } = root.getBoundingClientRect();
      const inView = top >= 0 && top < window.innerHeight;
      if (inView && root.contains(document.activeElement)) {
        card.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      }
    },
    /** @param {boolean} value - a run of this field is unfinished */
    setBusy(value) {
      busy = value;
      refresh();
    },
  };
}
