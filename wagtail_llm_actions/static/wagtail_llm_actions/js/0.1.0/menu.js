/**
 * The menu beside the Generate button of a field with several actions.
 */

import { clone, showText } from './dom.js';

/** @type {LLMActions.CreateMenu} */
export function createMenu({ place, actions, blockedReason, onSelect }) {
  const items = actions.map((action) => {
    const { root, part } = clone('llm-actions-menu-item');
    part('label').textContent = action.label;
    part('description').textContent = action.description;
    part('model').textContent = action.model_label;
    root.addEventListener('click', (event) => {
      if (!blockedReason(action)) onSelect(action);
      // The menu stays open and shows the reason.
      else event.stopPropagation();
    });
    return { root, part, action };
  });

  function refresh() {
    items.forEach(({ root, part, action }) => {
      const reason = blockedReason(action);
      showText(part('estimate'), action.estimate);
      showText(part('reason'), reason);
      root.ariaDisabled = String(Boolean(reason));
    });
  }

  place.append(...items.map(({ root }) => root));
  refresh();
  return { refresh };
}
