/**
 * The form of an action: offers the fields of the chosen page or snippet type, and says what the
 * chosen model takes, both at once.
 *
 * @example
 * <select name="model_type" data-llm-actions-fields-url="/admin/llm/action-fields/">…</select>
 * <select name="destination">…</select> <strong data-llm-actions-fields-problem></strong>
 * <select name="source" data-llm-actions-images="[…]">…</select>
 * <select name="model" data-llm-actions-help-texts="{…}" data-llm-actions-see-images="[…]">…</select>
 * <span data-llm-actions-help-text="temperature"></span> <input name="temperature">
 */

const type = /** @type {HTMLSelectElement | null} */ (
  document.querySelector('select[data-llm-actions-fields-url]')
);

/** @typedef {[value: string, label: string]} Choice */

/**
 * Put the parts of a field together, as the server does: choices that follow one another, and whose
 * paths begin with the same name.
 *
 * @param {Choice[]} choices
 * @returns {HTMLElement[]}
 */
function grouped(choices) {
  /** @type {Map<string, Choice[]>} */
  const fields = new Map();
  choices.forEach((choice) => {
    const [name] = choice[0].split(/[:.]/);
    fields.set(name, [...(fields.get(name) ?? []), choice]);
  });
  return [...fields.values()].flatMap((parts) => {
    const options = parts.map(([value, label]) => new Option(label, value));
    if (options.length === 1) return options;
    const group = document.createElement('optgroup');
    [group.label] = parts[0][1].split(' > ');
    group.append(...options);
    return [group];
  });
}

/**
 * Replace all choices but the empty one; keep what was chosen if it is still there.
 *
 * @param {HTMLSelectElement} select
 * @param {Choice[]} choices
 */
function offer(select, choices) {
  const chosen = select.value;
  select.replaceChildren(...Array.from(select.options).slice(0, 1), ...grouped(choices));
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
  const { destinations, sources, images, problem, snippets } = await response.json();
  offer(/** @type {HTMLSelectElement} */ (form.elements.namedItem('destination')), destinations);
  /** @type {Element} */ (form.querySelector('[data-llm-actions-fields-problem]')).textContent =
    problem;
  const source = /** @type {HTMLSelectElement} */ (form.elements.namedItem('source'));
  source.dataset.llmActionsImages = JSON.stringify(images);
  offer(source, sources);
  offer(/** @type {HTMLSelectElement} */ (form.elements.namedItem('test_snippet')), snippets);
}

type?.addEventListener('change', () => update(type));

/**
 * @typedef {object} HelpText by the name of a field
 * @property {string} model
 * @property {string} temperature
 * @property {string} max_tokens
 * @property {boolean} accepts_temperature
 */

const model = /** @type {HTMLSelectElement | null} */ (
  document.querySelector('select[data-llm-actions-help-texts]')
);

/** @param {HTMLSelectElement} select */
function describe(select) {
  const form = /** @type {HTMLFormElement} */ (select.form);
  /** @type {Record<string, HelpText>} */
  const all = JSON.parse(String(select.dataset.llmActionsHelpTexts));
  const helpText = all[select.value] ?? {
    model: '',
    temperature: '',
    max_tokens: '',
    accepts_temperature: true,
  };
  form.querySelectorAll('[data-llm-actions-help-text]').forEach((place) => {
    const name = /** @type {'model' | 'temperature' | 'max_tokens'} */ (
      place.getAttribute('data-llm-actions-help-text')
    );
    place.textContent = helpText[name];
  });
  const temperature = /** @type {HTMLInputElement} */ (form.elements.namedItem('temperature'));
  // Not disabled, because a disabled input is not posted and its value would be lost.
  temperature.readOnly = !helpText.accepts_temperature;
  temperature.ariaDisabled = String(!helpText.accepts_temperature);
}

model?.addEventListener('change', () => describe(model));

const source = /** @type {HTMLSelectElement | null} */ (
  document.querySelector('select[data-llm-actions-images]')
);

/**
 * Offer only models that see images for a source that is one. A model that is chosen stays, and the
 * server says why it does not fit.
 *
 * @param {HTMLSelectElement} select of the source
 */
function limitModels(select) {
  const isImage = JSON.parse(String(select.dataset.llmActionsImages)).includes(select.value);
  const form = /** @type {HTMLFormElement} */ (select.form);
  form.querySelectorAll('select[data-llm-actions-see-images]').forEach((element) => {
    const models = /** @type {HTMLSelectElement} */ (element);
    const able = JSON.parse(String(models.dataset.llmActionsSeeImages));
    Array.from(models.options).forEach((option) => {
      const isUnfit = isImage && option.value !== '' && !able.includes(option.value);
      const isHidden = isUnfit && !option.selected;
      Object.assign(option, { hidden: isHidden, disabled: isHidden });
    });
  });
}

if (source) {
  source.addEventListener('change', () => limitModels(source));
  limitModels(source);
}
