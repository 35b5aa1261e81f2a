/**
 * The form of a prompt template: inserts variables, checks while one types, shows the exact prompt.
 */

import { getPart } from './dom.js';

const CHECK_AFTER_MS = 400;
const FIELDS = ['text', 'system_instructions'];

const root = /** @type {HTMLElement | null} */ (
  document.querySelector('[data-llm-actions-template]')
);
const form = /** @type {HTMLFormElement} */ (root?.closest('form'));

/**
 * @param {string} name of a control of the form
 * @returns {HTMLInputElement}
 */
const control = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));

/**
 * Puts a variable where the cursor is, in place of what is selected.
 *
 * @param {HTMLTextAreaElement | HTMLInputElement} area
 * @param {string} name
 */
export function insert(area, name) {
  const text = name.endsWith('…') ? `{{ ${name.slice(0, -1)} }}` : `{{ ${name} }}`;
  const start = area.selectionStart ?? area.value.length;
  area.setRangeText(text, start, area.selectionEnd ?? start, 'end');
  // The name of the field is still to be typed.
  if (name.endsWith('…')) area.setSelectionRange(start + text.length - 3, start + text.length - 3);
  area.dispatchEvent(new Event('input', { bubbles: true }));
  area.focus();
}

/**
 * @param {string | undefined} url
 * @param {Record<string, string>} values
 */
async function ask(url, values) {
  const response = await fetch(String(url), {
    method: 'POST',
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
    body: new URLSearchParams({
      csrfmiddlewaretoken: control('csrfmiddlewaretoken').value,
      ...Object.fromEntries(FIELDS.map((name) => [name, control(name).value])),
      ...values,
    }),
  });
  return response.json();
}

/**
 * @param {string} name of a field
 * @param {string} problem empty where there is none
 */
function mark(name, problem) {
  const area = control(name);
  let place = document.getElementById(`llm-actions-problem-${name}`);
  if (!place) {
    place = document.createElement('p');
    place.id = `llm-actions-problem-${name}`;
    place.className = 'error-message llm-actions-problem';
    place.setAttribute('role', 'status');
    area.after(place);
    const described = area.getAttribute('aria-describedby');
    area.setAttribute('aria-describedby', [described, place.id].filter(Boolean).join(' '));
  }
  area.setAttribute('aria-invalid', String(Boolean(problem)));
  if (place.textContent !== problem) place.textContent = problem;
}

function watch() {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let asked = 0;
  const check = async () => {
    asked += 1;
    const question = asked;
    const { errors } = await ask(root?.dataset.validateUrl, {});
    if (!errors || question !== asked) return;
    FIELDS.forEach((name) => mark(name, errors[name]));
  };
  FIELDS.forEach((name) => {
    control(name).addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(check, CHECK_AFTER_MS);
    });
  });
}

function offerVariables() {
  let last = control('text');
  FIELDS.forEach((name) => {
    control(name).addEventListener('focus', () => {
      last = control(name);
    });
  });
  root?.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('[data-llm-actions-variable]');
    if (button) insert(last, String(button.getAttribute('data-llm-actions-variable')));
  });
}

function offerPreview() {
  const place = /** @type {HTMLElement} */ (form.querySelector('[data-llm-actions-preview]'));
  /** @param {string} name */
  const part = (name) => getPart(place, name);
  const source = /** @type {HTMLSelectElement} */ (
    /** @type {unknown} */ (control('preview_source'))
  );

  async function show() {
    const page = control('preview_page').value;
    if (!page) {
      part('status').textContent = String(place.dataset.choosePage);
      return;
    }
    const values = { page, source: source.value, model: control('preview_model').value };
    let answer;
    try {
      answer = await ask(root?.dataset.previewUrl, values);
    } catch {
      answer = { error: place.dataset.failed };
    }
    const error = answer.error?.message ?? answer.error;
    part('status').textContent = error ?? [answer.length, answer.cut].filter(Boolean).join(' ');
    part('result').hidden = Boolean(error);
    if (answer.sources) {
      source.replaceChildren(
        ...answer.sources.map((/** @type {[string, string]} */ [value, label]) => {
          return new Option(label, value, false, value === answer.source);
        }),
      );
    }
    ['summary', 'system_instructions', 'text'].forEach((name) => {
      part(name).textContent = answer[name] ?? '';
    });
  }

  place.querySelector('[data-llm-actions-show]')?.addEventListener('click', show);
  ['preview_source', 'preview_model'].forEach((name) => {
    control(name).addEventListener('change', () => {
      if (!part('result').hidden || part('status').textContent) show();
    });
  });
}

if (root) {
  watch();
  offerVariables();
  offerPreview();
}
