/** The line for an instruction: below the field or, to try again, in the card. */

import { clone, getPart, labelWithField, listenForEscape } from './dom.js';

/** @type {LLMActions.CreateInstruction} */
export function createInstruction({ label, toolbar, card, memory, onRun }) {
  const toggle = clone('llm-actions-instruction-toggle').root;
  const { root, part } = clone('llm-actions-instruction');
  const input = /** @type {HTMLInputElement} */ (part('input'));
  const row = getPart(toolbar, 'row');
  let isOpen = false;
  let isInCard = false;

  labelWithField(toggle, label);
  labelWithField(input, label);
  row.append(toggle);

  function place() {
    // An element that moves loses the focus.
    if (document.activeElement === input) return;
    if (isInCard) getPart(card, 'instruction').append(root);
    else row.after(root);
    root.hidden = !isOpen && !isInCard;
    toggle.setAttribute('aria-expanded', String(isOpen));
    toggle.hidden = isInCard;
  }

  /** @param {boolean} value - what nobody sees is not sent, so a closed line is empty */
  function setOpen(value) {
    isOpen = value;
    if (!value) {
      input.blur();
      input.value = '';
      memory.forget();
    }
    place();
  }

  toggle.addEventListener('click', () => {
    setOpen(!isOpen);
    if (isOpen) input.focus();
  });
  input.addEventListener('input', () => {
    isOpen = true;
    memory.write({ instruction: input.value });
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    onRun();
  });
  listenForEscape(input, () => {
    setOpen(false);
    if (isInCard) /** @type {HTMLElement} */ (card).focus();
    else toggle.focus();
  });

  input.value = memory.read().instruction ?? '';
  isOpen = Boolean(input.value);
  place();

  return {
    root,

    text: () => input.value.trim(),

    setInCard(value) {
      if (value === isInCard) return;
      isInCard = value;
      place();
    },
  };
}
