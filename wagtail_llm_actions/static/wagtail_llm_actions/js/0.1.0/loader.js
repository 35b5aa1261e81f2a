/**
 * Runs on every edit form of a site that has an active action: asks whether this form has any, and
 * loads the editor's modules if so.
 *
 * Modules import each other by relative URLs. ManifestStaticFilesStorage does not rewrite those, so
 * the folder carries the package's version: after an upgrade no cached module is stale. A module
 * that a page names by itself, like this one, must not be imported by another: it would run twice,
 * under its hashed URL and under its plain one.
 */

import { clone, uuid } from './dom.js';

const FORM_KEY = 'llm-actions-form-key';

/**
 * An object that does not exist yet is known by a key that travels with its form; the first save
 * hands the runs that were started under the key over to the object.
 *
 * @param {HTMLFormElement} form
 * @returns {string} empty when the object exists
 */
function addFormKey(form) {
  const action = form.getAttribute('action') || '';
  if (!action.includes('/add/')) return '';
  const [entry] = performance.getEntriesByType('navigation');
  // The same form again: reloaded, or shown again with its errors.
  const again =
    /** @type {PerformanceNavigationTiming} */ (entry)?.type === 'reload' ||
    document.referrer === window.location.href;
  const slot = `${FORM_KEY}:${action}`;
  const key = (again && sessionStorage.getItem(slot)) || uuid();
  sessionStorage.setItem(slot, key);
  const input = document.createElement('input');
  Object.assign(input, { type: 'hidden', name: FORM_KEY, value: key });
  form.append(input);
  return key;
}

/**
 * Adds the side panel's button before Wagtail looks for such buttons. The panel itself is added
 * when there is something to show: until then Wagtail cannot open it.
 */
function addSidePanelToggle() {
  const toggle = clone('llm-actions-side-panel-toggle').root;
  Array.from(document.querySelectorAll('[data-side-panel-toggle]')).at(-1)?.after(toggle);
  return toggle;
}

/**
 * @param {HTMLFormElement} form
 * @param {string} formKey
 * @param {DOMStringMap} urls
 * @param {HTMLElement} sidePanelToggle
 */
async function loadEditor(form, formKey, urls, sidePanelToggle) {
  const query = new URLSearchParams({
    form_action: form.getAttribute('action') || '',
    form_key: formKey,
  });
  const response = await fetch(`${urls.offersUrl}?${query}`, {
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
  });
  // Without an answer the form works as it would without this package.
  if (!response.ok || response.redirected) return;
  const offers = /** @type {LLMActions.Offers} */ (await response.json());
  if (!offers.has_side_panel) return;
  const { startEditor } = await import('./editor.js');
  await startEditor({ form, formKey, offers, urls, sidePanelToggle });
}

const script = document.getElementById('llm-actions-loader');
const editForm = /** @type {HTMLFormElement | null} */ (
  document.querySelector('form[data-edit-form]')
);

if (script && editForm && !document.body.classList.contains('content-locked')) {
  // Before Wagtail takes the snapshot of the form by which it finds unsaved changes.
  const formKey = addFormKey(editForm);
  const toggle = addSidePanelToggle();
  document.addEventListener('DOMContentLoaded', () =>
    loadEditor(editForm, formKey, script.dataset, toggle),
  );
}
