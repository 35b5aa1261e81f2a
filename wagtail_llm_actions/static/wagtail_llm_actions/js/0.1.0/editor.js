/** A widget for each field that has actions, and the side panel. */

import { createApi } from './api.js';
import { cardTexts } from './card.js';
import { clone } from './dom.js';
import { findFields } from './fields.js';
import { createMemories } from './memory.js';
import { FieldWidget } from './widget.js';

/** @type {(widgets: LLMActions.Widgets, toggle: HTMLElement) => () => Promise<void>} */
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

/** @type {(form: HTMLFormElement) => LLMActions.Services['onFormEdit']} */
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

/** @type {(toggle: HTMLElement, onFirstShow: (root: HTMLElement) => void) => void} */
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

/** @type {LLMActions.StartEditor} */
export async function startEditor({ form, formKey, offers, urls, sidePanelToggle }) {
  const texts = cardTexts();
  /** @type {Map<string, FieldWidget>} */
  const widgets = new Map();
  const api = createApi({ form, formKey, texts, runsUrl: String(urls.runsUrl) });
  /** @type {LLMActions.Services} */
  const services = {
    api,
    form,
    onFormEdit: listenForEdits(form),
    texts,
    memoryOf: createMemories(formKey || form.getAttribute('action') || ''),
    previewRequest: (actionId, instruction) =>
      api.previewRequest(String(urls.requestPreviewUrl), actionId, instruction),
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
