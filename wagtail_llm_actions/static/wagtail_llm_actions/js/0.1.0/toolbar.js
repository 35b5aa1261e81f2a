/** The row below a field. */

import { clone, getTemplate, labelWithField, showText } from './dom.js';
import { fillIn } from './messages.js';

/** @type {LLMActions.CreateToolbar} */
export function createToolbar(
  { label, actions },
  { onSelect, onPreview, onPrevious, previousCount, key, isFilled, isEmpty },
) {
  const { root, part } = clone('llm-actions-toolbar');
  const texts = getTemplate('llm-actions-toolbar').dataset;
  const generate = part('generate');
  const menuToggle = /** @type {HTMLButtonElement} */ (part('menu-toggle'));
  const [first] = actions;
  let busy = false;

  /** @param {LLMActions.ActionOffer} action */
  function blockedReason({ source, source_label: field, only_when_empty, unavailable }) {
    if (only_when_empty && isFilled()) return String(texts.notEmpty);
    return unavailable || (isEmpty(source) ? fillIn(String(texts.sourceEmpty), { field }) : '');
  }

  /** @type {LLMActions.Menu | undefined} */
  let menu;

  function refresh() {
    const reason = blockedReason(first);
    // Not `disabled`, which would drop the focus that is on it.
    generate.ariaDisabled = String(busy || Boolean(reason));
    generate.dataset.wTooltipContentValue = reason ? `${first.label}. ${reason}` : first.label;
    showText(part('reason'), reason);
    menu?.refresh();
    menuToggle.disabled = busy;
  }

  /** @type {LLMActions.Toolbar['run']} */
  function run(action) {
    // The server refuses others.
    const offered = actions.find(({ id }) => id === action.id);
    if (!busy && !(offered && blockedReason(offered))) onSelect(action);
  }

  labelWithField(generate, label);
  if (actions.length > 1) {
    const names = { action: first.label, field: label };
    part('generate-text').textContent = fillIn(String(texts.generate), names);
    generate.ariaLabel = fillIn(String(texts.generateLabel), names);
  }
  part('reason').id = `llm-actions-reason-${key}`;
  generate.setAttribute('aria-describedby', part('reason').id);
  generate.addEventListener('click', () => run(first));
  root.addEventListener('pointerenter', refresh);
  const previous = clone('llm-actions-previous-toggle').root;
  labelWithField(previous, label);
  previous.hidden = !previousCount;
  previous.addEventListener('click', () => onPrevious(previous));
  part('row').append(previous);
  labelWithField(part('request-toggle'), label);
  part('request-toggle').addEventListener('click', () => onPreview(part('request-toggle')));
  if (actions.length > 1) {
    labelWithField(menuToggle, label);
    // To the right: below, the tooltip would cover the card.
    generate.dataset.wTooltipOffsetValue = '[0, 40]';
    // Now, as Wagtail takes it out of the document until it is opened.
    const place = part('menu-items');
    import('./menu.js').then(({ createMenu }) => {
      menu = createMenu({ place, actions, blockedReason, onSelect });
    });
  } else {
    part('menu').remove();
  }
  refresh();

  return {
    root,
    run,
    blockedReason: () => blockedReason(first),
    refresh,
    focus() {
      generate.focus({ preventScroll: true });
      // The tooltip is for people who move to the button, not for those who are moved to it.
      generate.dispatchEvent(new Event('llm-actions:focus-moved'));
    },
    revealCard(card) {
      const { top } = root.getBoundingClientRect();
      const inView = top >= 0 && top < window.innerHeight;
      if (inView && root.contains(document.activeElement)) {
        card.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      }
    },
    enablePrevious() {
      previous.hidden = false;
    },
    setBusy(value) {
      busy = value;
      previous.ariaDisabled = String(value);
      refresh();
    },
  };
}
