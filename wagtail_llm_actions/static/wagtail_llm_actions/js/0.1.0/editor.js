/**
 * Starts the package on an edit form: a widget for each field that has actions, and the side panel.
 */

import { createApi } from './api.js';
import { cardTexts } from './card.js';
import { clone } from './dom.js';
import { findFields } from './fields.js';
import { createMemories } from './memory.js';
import { FieldWidget } from './widget.js';

/**
 * @param {ReadonlyMap<string, FieldWidget>} widgets - by the path of their field; may grow
 * @param {HTMLElement} toggle - of the side panel
 */
function countWhenNeeded(widgets, toggle) {
  /** @type {Promise<() => void> | undefined} */
  let loading;
  return async () => {
    if (!loading && ![...widgets.values()].some((widget) => widget.isWaiting())) return;
    loading ??= import('./badges.js').then(({ createBadges }) => createBadges(widgets, toggle));
    (await loading)();
  };
}

/** Longer than Draftail takes to write its value. */
const EDIT_PAUSE_MS = 500;

/**
 * @param {string} url - of the library
 * @returns {LLMActions.Services['compare']}
 */
function compareWhenNeeded(url) {
  /** @type {Promise<LLMActions.Services['compare']> | undefined} */
  let loading;
  return async (before, after) => {
    loading ??= import('./diff.js').then(({ createCompare }) => createCompare(url));
    return (await loading)(before, after);
  };
}

/**
 * @param {HTMLFormElement} form
 * @returns {(callback: () => void) => void} calls back after each pause in somebody's work
 */
function listenForEdits(form) {
  /** @type {(() => void)[]} */
  const callbacks = [];
  let timer = 0;
  ['input', 'change', 'keyup', 'focusin'].forEach((type) =>
    form.addEventListener(type, () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => callbacks.forEach((callback) => callback()), EDIT_PAUSE_MS);
    }),
  );
  return (callback) => callbacks.push(callback);
}

/**
 * @param {HTMLElement} toggle
 * @param {(root: HTMLElement) => void} onFirstShow
 */
function addSidePanel(toggle, onFirstShow) {
  const side = document.querySelector('[data-form-side]');
  if (!side || !toggle.isConnected) return;
  const { root } = clone('llm-actions-side-panel');
  root.addEventListener('show', () => onFirstShow(root), { once: true });
  side.append(root);
  toggle.hidden = false;
  // Wagtail opens the panel that was open on the last form, but this one was not there yet.
  const open = localStorage.getItem('wagtail:side-panel-open');
  if (open === toggle.dataset.sidePanelToggle) toggle.click();
}

/**
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {string} options.formKey - empty when the object exists
 * @param {LLMActions.Offers} options.offers
 * @param {DOMStringMap} options.urls
 * @param {HTMLElement} options.sidePanelToggle
 */
export async function startEditor({ form, formKey, offers, urls, sidePanelToggle }) {
  const texts = cardTexts();
  /** @type {Map<string, FieldWidget>} */
  const widgets = new Map();
  const api = createApi({ form, formKey, texts, runsUrl: String(urls.runsUrl) });
  const services = {
    api,
    form,
    onFormEdit: listenForEdits(form),
    texts,
    compare: compareWhenNeeded(String(urls.diffUrl)),
    memoryOf: createMemories(formKey || form.getAttribute('action') || ''),
    requestPreviewUrl: String(urls.requestPreviewUrl),
    loadPreviousTexts: () => api.listPreviousTexts(String(urls.previousTextsUrl)),
    notifyChanged: () => form.dispatchEvent(new Event('llm-actions:changed')),
    countWaiting: countWhenNeeded(widgets, sidePanelToggle),
  };
  (await findFields(form, offers.fields)).forEach((field, path) => {
    const offer = offers.fields[path];
    const previousCount = offers.previous_counts[path] ?? 0;
    widgets.set(path, new FieldWidget(services, { path, offer, field, previousCount }));
  });
  offers.pending.forEach((run) => widgets.get(run.field_path)?.resume(run));
  widgets.forEach((widget) => widget.restoreAcceptance());
  addSidePanel(sidePanelToggle, async (root) => {
    const { startSidePanel } = await import('./side-panel.js');
    startSidePanel({
      root,
      toggle: sidePanelToggle,
      form,
      widgets,
      load: () => api.listSidePanel(String(urls.sidePanelUrl)),
    });
  });
}
