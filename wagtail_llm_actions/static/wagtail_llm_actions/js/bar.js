/**
 * The row under a field: the Generate button and, with several actions, a menu beside it.
 */

/** @param {string} id */
function clone(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const root = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
  );
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  return { root, part, texts: template.dataset };
}

/**
 * @param {HTMLElement} element
 * @param {string} field
 */
function nameAfter(element, field) {
  const label = element.getAttribute('aria-label') || '';
  element.setAttribute('aria-label', label.replace('{field}', field));
}

/**
 * @param {LLMActions.Offer} offer
 * @param {object} options
 * @param {(action: LLMActions.Action) => void} options.onChoose
 * @param {() => boolean} options.hasText - whether the field has a text now
 */
export function createBar({ label, actions }, { onChoose, hasText }) {
  const { root, part, texts } = clone('llm-actions-bar');
  const generate = part('generate');
  const toggle = /** @type {HTMLButtonElement} */ (part('toggle'));
  /** @type {{root: HTMLElement, filled: HTMLElement, action: LLMActions.Action}[]} */
  const items = [];
  let busy = false;

  /** @param {LLMActions.Action} action */
  const isBarred = (action) => action.only_when_empty && hasText();

  const [first] = actions;
  nameAfter(generate, label);
  generate.addEventListener('click', () => {
    if (!busy && !isBarred(first)) onChoose(first);
  });

  if (actions.length > 1) {
    nameAfter(toggle, label);
    // Right of the whole control; below, the tooltip would cover the card.
    generate.dataset.wTooltipOffsetValue = '[0, 40]';
    part('items').append(
      ...actions.map((action) => {
        const item = clone('llm-actions-item');
        item.part('label').textContent = action.label;
        item.part('description').textContent = action.description;
        item.part('model').textContent = action.model;
        item.part('filled').textContent = String(texts.filled);
        item.root.addEventListener('click', (event) => {
          if (!isBarred(action)) onChoose(action);
          // The menu stays open, with the reason in it.
          else event.stopPropagation();
        });
        items.push({ root: item.root, filled: item.part('filled'), action });
        return item.root;
      }),
    );
  } else {
    part('menu').remove();
  }

  function refresh() {
    const barred = isBarred(first);
    // Not `disabled`, which would drop the focus that is on it.
    generate.setAttribute('aria-disabled', String(busy || barred));
    generate.dataset.wTooltipContentValue = barred
      ? `${first.label}. ${texts.filled}`
      : first.label;
    items.forEach(({ root: item, filled, action }) => {
      filled.hidden = !isBarred(action);
      item.setAttribute('aria-disabled', String(!filled.hidden));
    });
    toggle.disabled = busy;
  }
  refresh();

  return {
    root,
    /** Looks again at whether the field has a text. */
    refresh,
    focus() {
      generate.focus({ preventScroll: true });
      // The tooltip is for those who come to the button, not for those who are brought.
      generate.dispatchEvent(new Event('llm-actions:brought'));
    },
    /**
     * Scrolls no more than needed, and only for somebody who works here and has not scrolled away.
     *
     * @param {Element} card
     */
    reveal(card) {
      const { top } = root.getBoundingClientRect();
      const inView = top >= 0 && top < window.innerHeight;
      if (inView && root.contains(document.activeElement)) {
        card.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      }
    },
    /** @param {boolean} value - a run of this field is under way */
    setBusy(value) {
      busy = value;
      refresh();
    },
  };
}
