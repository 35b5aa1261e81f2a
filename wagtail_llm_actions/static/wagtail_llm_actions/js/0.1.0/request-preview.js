/**
 * What a click would send: the exact prompt for the form as it stands, below the row of a field.
 */

import { clone, getPart, labelWithField, listenForEscape, showText } from './dom.js';

/**
 * @param {object} options
 * @param {HTMLElement} options.toggle
 * @param {HTMLElement} options.toolbar
 * @param {LLMActions.FieldOffer} options.offer
 * @param {(actionId: number) => Promise<LLMActions.RequestPreview>} options.load
 */
export function createRequestPreview({ toggle, toolbar, offer, load }) {
  const { root, part } = clone('llm-actions-request');
  const choice = /** @type {HTMLSelectElement} */ (part('action'));
  const { loading = '', fields: fieldsText = '' } = root.dataset;

  labelWithField(root, offer.label);
  choice.append(...offer.actions.map(({ id, label }) => new Option(label, String(id))));
  choice.hidden = offer.actions.length < 2;
  getPart(toolbar, 'row').after(root);

  /** @param {Partial<LLMActions.RequestPreview> & {status?: string}} content */
  function show({ status, error, notice, system_instructions: system, prompt, ...rest }) {
    const { model_label: model, length, cost, fields = [] } = rest;
    showText(part('status'), status);
    showText(part('error'), error);
    showText(part('notice'), notice);
    const names = fields.length ? `${fieldsText} ${fields.join(', ')}` : '';
    showText(part('facts'), [model, length, cost, names].filter(Boolean).join(' · '));
    showText(part('system'), system);
    showText(part('prompt'), prompt);
  }

  async function refresh() {
    show({ status: loading });
    const { value } = choice;
    const content = await load(Number(value)).catch((error) => ({ error: error.message }));
    if (value === choice.value) show(content);
  }

  /** @param {boolean} value */
  function setOpen(value) {
    root.hidden = !value;
    toggle.setAttribute('aria-expanded', String(value));
    if (value) refresh();
  }

  choice.addEventListener('change', refresh);
  listenForEscape(root, () => {
    setOpen(false);
    toggle.focus();
  });

  return { toggle: () => setOpen(Boolean(root.hidden)) };
}
