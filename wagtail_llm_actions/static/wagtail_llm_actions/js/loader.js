/**
 * Runs on every edit form of a site that has an active action, so it only asks whether this form
 * has any, and loads the rest if so.
 *
 * No module here imports another: ManifestStaticFilesStorage does not rewrite imports, so a
 * relative import could get a stale file after an upgrade. The modules come by their hashed
 * addresses in this script's data attributes, and get each other as arguments.
 */

const FORM_KEY = 'llm-actions-form-key';

/** `crypto.randomUUID` is missing on plain http, `getRandomValues` is not. */
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

/**
 * An object that does not exist yet is known by a key that travels with its form; the first save
 * hands the runs made under that key over to the object.
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

/** @param {string} id - of a template */
function clone(id) {
  const { content } = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
}

/**
 * Wagtail soon wires the buttons of its side panels, and this one with them. The panel itself
 * comes when there is something to show: until then Wagtail cannot open it.
 */
function addToggle() {
  const toggle = clone('llm-actions-panel-toggle');
  Array.from(document.querySelectorAll('[data-side-panel-toggle]')).at(-1)?.after(toggle);
  return toggle;
}

/**
 * @param {HTMLElement} toggle
 * @param {(root: HTMLElement) => void} onFirstShow
 */
function addPanel(toggle, onFirstShow) {
  const side = document.querySelector('[data-form-side]');
  if (!side || !toggle.isConnected) return;
  const root = clone('llm-actions-panel');
  root.addEventListener('show', () => onFirstShow(root), { once: true });
  side.append(root);
  toggle.hidden = false;
  // The panel that was open on the last form; Wagtail looked for it before it was there.
  const open = localStorage.getItem('wagtail:side-panel-open');
  if (open === toggle.dataset.sidePanelToggle) toggle.click();
}

/**
 * @param {HTMLFormElement} form
 * @param {string} formKey
 * @param {DOMStringMap} urls
 * @param {HTMLElement} toggle - of the side panel
 */
async function start(form, formKey, urls, toggle) {
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
  if (!offers.panel) return;

  const names = [
    'widget',
    'bar',
    'card',
    'candidates',
    'words',
    'api',
    'run',
    'fields',
    'diff',
    'earlier',
  ];
  const loaded = await Promise.all(names.map((name) => import(String(urls[`${name}Module`]))));
  const modules = Object.fromEntries(names.map((name, index) => [name, loaded[index]]));
  const { widgets, loadPanel: load } = modules.widget.start({
    form,
    formKey,
    offers,
    urls,
    uuid,
    ...modules,
  });
  addPanel(toggle, async (root) => {
    const panel = await import(String(urls.panelModule));
    panel.start({ root, toggle, form, widgets, load, copyText: modules.card.copyText });
  });
}

const script = document.getElementById('llm-actions-loader');
const editForm = /** @type {HTMLFormElement | null} */ (
  document.querySelector('form[data-edit-form]')
);

if (script && editForm && !document.body.classList.contains('content-locked')) {
  // Now, because Wagtail soon takes the picture of the form that tells it what was changed.
  const formKey = addFormKey(editForm);
  const toggle = addToggle();
  document.addEventListener('DOMContentLoaded', () => {
    // Set by Wagtail on the same event. Forms of images, users and redirects have none.
    if (window.wagtail?.editHandler) start(editForm, formKey, script.dataset, toggle);
  });
}
