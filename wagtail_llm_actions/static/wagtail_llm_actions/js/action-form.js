/**
 * The form of an action: offers the fields of the chosen page or snippet type, at once.
 *
 * @example
 * <select name="model_type" data-llm-actions-fields-url="/admin/llm/fields/">…</select>
 * <select name="destination">…</select>
 * <select name="source">…</select>
 */

const type = /** @type {HTMLSelectElement | null} */ (
  document.querySelector('select[data-llm-actions-fields-url]')
);

/**
 * Replace all choices but the empty one; keep what was chosen if it is still there.
 *
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} choices values and labels
 */
function offer(select, choices) {
  const chosen = select.value;
  const options = choices.map(([value, label]) => new Option(label, value));
  select.replaceChildren(...Array.from(select.options).slice(0, 1), ...options);
  select.value = choices.some(([value]) => value === chosen) ? chosen : '';
  select.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Only the newest choice counts, however late an older answer comes. */
let asked = 0;

/** @param {HTMLSelectElement} select */
async function update(select) {
  const form = /** @type {HTMLFormElement} */ (select.form);
  asked += 1;
  const question = asked;
  const query = new URLSearchParams({ model_type: select.value });
  const response = await fetch(`${select.dataset.llmActionsFieldsUrl}?${query}`, {
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
  });
  if (!response.ok || question !== asked) return;
  const { destinations, sources } = await response.json();
  offer(/** @type {HTMLSelectElement} */ (form.elements.namedItem('destination')), destinations);
  offer(/** @type {HTMLSelectElement} */ (form.elements.namedItem('source')), sources);
}

type?.addEventListener('change', () => update(type));
