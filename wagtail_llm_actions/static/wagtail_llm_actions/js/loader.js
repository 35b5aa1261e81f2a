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

/**
 * @param {HTMLFormElement} form
 * @param {string} formKey
 * @param {DOMStringMap} urls
 */
async function start(form, formKey, urls) {
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
  if (!Object.keys(offers.fields).length) return;

  const names = [
    'widget',
    'bar',
    'card',
    'suggestions',
    'words',
    'api',
    'run',
    'fields',
    'diff',
    'earlier',
  ];
  const loaded = await Promise.all(names.map((name) => import(String(urls[`${name}Module`]))));
  const modules = Object.fromEntries(names.map((name, index) => [name, loaded[index]]));
  modules.widget.start({ form, formKey, offers, urls, uuid, ...modules });
}

const script = document.getElementById('llm-actions-loader');
const editForm = /** @type {HTMLFormElement | null} */ (
  document.querySelector('form[data-edit-form]')
);

if (script && editForm && !document.body.classList.contains('content-locked')) {
  // Now, because Wagtail soon takes the picture of the form that tells it what was changed.
  const formKey = addFormKey(editForm);
  document.addEventListener('DOMContentLoaded', () => {
    // Set by Wagtail on the same event. Forms of images, users and redirects have none.
    if (window.wagtail?.editHandler) start(editForm, formKey, script.dataset);
  });
}
