/** A widget for each field that has actions, and the side panel. */

import { createApi } from './api.js';
import { cardTexts } from './card.js';
import { clone } from './dom.js';
import { findField } from './fields.js';
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

/**
 * Wagtail calls unchanged what the form holds two seconds after it opened, and when an autosave ends:
 * also what was accepted meanwhile, which would be neither saved nor missed.
 *
 * @type {(form: HTMLFormElement) => () => void}
 */
function createUnsavedMark(form) {
  let isUnsent = false;
  form.addEventListener('w-autosave:save', () => (isUnsent = false));
  form.addEventListener('w-unsaved:watch-edits', () =>
    // After Wagtail has done the same.
    queueMicrotask(() => {
      if (isUnsent) form.dataset.wUnsavedForceValue = 'true';
    }),
  );
  return () => (isUnsent = true);
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
  const common = { form, formKey, texts, runsUrl: String(urls.runsUrl) };
  const count = countWhenNeeded(widgets, sidePanelToggle);
  const shared = {
    form,
    onFormEdit: listenForEdits(form),
    notifyWritten: createUnsavedMark(form),
    texts,
    memoryOf: createMemories(formKey || form.getAttribute('action') || ''),
    notifyChanged: () => form.dispatchEvent(new Event('llm-actions:changed')),
    notifyShown() {
      count();
      form.dispatchEvent(new Event('llm-actions:shown'));
    },
  };

  /** @type {LLMActions.AddWidget} */
  async function addWidget(key, offer, name = key, extra) {
    const field = await findField(form, name, offer.writer);
    if (!field || widgets.has(key)) return;
    const api = createApi({ ...common, extra });
    /** @type {LLMActions.Services} */
    const services = {
      ...shared,
      api,
      previewRequest: (...click) => api.postForm(String(urls.requestPreviewUrl), ...click),
      loadPreviousTexts: () => api.listRuns(String(urls.previousTextsUrl)),
    };
    const previousCount = offers.previous_counts[key] ?? 0;
    const widget = new FieldWidget(services, { key, offer, field, previousCount });
    widgets.set(key, widget);
    offers.pending.filter((run) => run.field_key === key).forEach((run) => widget.resume(run));
    widget.restoreAcceptance();
  }

  await Promise.all(Object.entries(offers.fields).map(([path, offer]) => addWidget(path, offer)));
  if (/[:.]/.test(Object.keys(offers.fields).join())) {
    (await import('./items.js')).watchItems({ form, offers, widgets, addWidget });
  }
  addSidePanel(sidePanelToggle, async (root) => {
    (await import('./side-panel.js')).startSidePanel({
      root,
      toggle: sidePanelToggle,
      form,
      widgets,
      load: () => createApi(common).listRuns(String(urls.sidePanelUrl)),
    });
  });
  if (offers.estimates) {
    (await import('./estimates.js')).showEstimates({ ...shared, offers, widgets });
  }
}
