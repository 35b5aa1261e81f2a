/**
 * The side panel: the finished runs of this page or snippet by field, and the way back to their
 * texts.
 */

import { proposeAgain } from './commands.js';
import { copyText } from './copy.js';
import { clone, getPart, getTemplate, showLink, showText } from './dom.js';

/** Texts above either limit are cut to a few lines at first. */
const LONG_CHARS = 280;
const LONG_LINES = 5;

const REVEAL_TIMEOUT_MS = 5_000;

/**
 * Opens the tab and the collapsed panels that an element is in.
 *
 * @param {Element} element
 */
async function reveal(element) {
  /** @type {Element | null | undefined} */
  let box = element.closest('[hidden]');
  for (; box; box = box.parentElement?.closest('[hidden]')) {
    const control = box.id && document.querySelector(`[aria-controls="${CSS.escape(box.id)}"]`);
    if (control instanceof HTMLElement) control.click();
  }
  // Wagtail fades a tab out before it shows the next one.
  const end = performance.now() + REVEAL_TIMEOUT_MS;
  while (!element.getClientRects().length && performance.now() < end) {
    await new Promise(requestAnimationFrame);
  }
}

/**
 * @param {Element} one
 * @param {Element} other
 */
function overlapsHorizontally(one, other) {
  const a = one.getBoundingClientRect();
  const b = other.getBoundingClientRect();
  return a.left < b.right && b.left < a.right;
}

/**
 * @param {object} options
 * @param {HTMLElement} options.root - Wagtail's box of this panel
 * @param {HTMLElement} options.toggle - its button in the header
 * @param {HTMLFormElement} options.form - dispatches an event when a run has changed
 * @param {ReadonlyMap<string, import('./widget.js').FieldWidget>} options.widgets - by the key of their field
 * @param {() => Promise<LLMActions.SidePanel>} options.load
 */
export function startSidePanel({ root, toggle, form, widgets, load }) {
  const texts = getTemplate('llm-actions-side-panel').dataset;
  /** @type {Map<string, {json: string, root: HTMLElement}>} - the shown items by the run's id */
  let shown = new Map();
  let latestRequest = 0;

  /** @param {string} [status] */
  const setStatus = (status = '') => {
    getPart(root, 'status').textContent = status;
  };

  /** @param {LLMActions.Widget} widget */
  async function goTo(widget) {
    await reveal(widget.root);
    // On a small screen the panel covers the form.
    const side = /** @type {Element} */ (root.closest('[data-form-side]'));
    if (overlapsHorizontally(side, widget.root)) toggle.click();
    widget.root.scrollIntoView({ block: 'center', behavior: 'instant' });
  }

  /** @param {LLMActions.SidePanelRun} run */
  async function proposeAgainInForm(run) {
    const widget = widgets.get(run.field_key);
    if (!widget) return;
    if (widget.isBusy()) {
      setStatus(texts.busy);
      return;
    }
    setStatus();
    await goTo(widget);
    proposeAgain(widget, run);
  }

  /** @type {Promise<{start: () => void}> | undefined} */
  let filling;

  getPart(root, 'fill-empty').hidden = !widgets.size;
  getPart(root, 'fill-empty').addEventListener('click', async () => {
    filling ??= import('./fill-empty.js').then(({ createFilling }) =>
      createFilling({
        root,
        form,
        widgets,
        async goTo(widget) {
          await goTo(widget);
          if (widget.card.root.hidden) widget.toolbar.focus();
          else widget.card.focus();
        },
      }),
    );
    (await filling).start();
  });

  /**
   * @param {ReturnType<typeof clone>['part']} part
   * @param {string} output
   */
  function showOutput(part, output) {
    showText(part('text'), output);
    const isLong = output.length > LONG_CHARS || output.split('\n').length > LONG_LINES;
    const more = part('more');
    more.hidden = !isLong;
    /** @param {boolean} isOpen */
    const setOpen = (isOpen) => {
      part('text').classList.toggle('llm-actions-side-panel__text--cut', isLong && !isOpen);
      more.setAttribute('aria-expanded', String(isOpen));
      more.textContent = String(isOpen ? texts.less : texts.more);
    };
    setOpen(false);
    more.addEventListener('click', () => setOpen(more.ariaExpanded !== 'true'));
  }

  /** @param {LLMActions.SidePanelRun} run */
  function createItem(run) {
    const { root: item, part } = clone('llm-actions-side-panel-run');
    const succeeded = run.status === 'succeeded';
    const outcome = succeeded ? run.decision_label || texts.undecided : run.status_label;
    const isAccepted = ['accepted', 'edited'].includes(run.decision);
    part('action').textContent = run.action_label;
    part('outcome').textContent = String(outcome);
    part('outcome').classList.toggle('w-status--primary', isAccepted);
    part('meta').textContent = [run.user, run.time, run.model_label].filter(Boolean).join(' · ');
    part('meta').id = `llm-actions-side-panel-${run.id}`;
    showText(part('error'), run.error?.message);
    showText(part('notice'), run.notice);
    showOutput(part, run.output);
    showText(part('instruction'), run.instruction);
    showText(part('prompt'), run.prompt_start);
    part('request').hidden = !run.instruction && !run.prompt_start;
    part('propose-again').hidden = !succeeded || !run.output || !widgets.has(run.field_key);
    part('copy').hidden = !run.output;
    showLink(part('details'), run.details_url);
    ['more', 'propose-again', 'copy', 'details'].forEach((name) => {
      part(name).setAttribute('aria-describedby', part('meta').id);
    });
    part('propose-again').addEventListener('click', () => proposeAgainInForm(run));
    part('copy').addEventListener('click', async () => {
      await copyText(run.output, item);
      setStatus(texts.copied);
    });
    return item;
  }

  /** @param {LLMActions.SidePanel} content */
  function show({ groups, has_more: hasMore, history_url: historyUrl }) {
    const former = shown;
    shown = new Map();
    const active = document.activeElement;
    const sections = groups.map(({ path, label, runs }) => {
      const group = clone('llm-actions-side-panel-group');
      const id = `llm-actions-side-panel-of-${path}`;
      group.part('label').textContent = label;
      group.part('label').id = id;
      group.root.setAttribute('aria-labelledby', id);
      runs.forEach((run) => {
        const json = JSON.stringify(run);
        const known = former.get(run.id);
        // An item that somebody may be reading stays as it is.
        const item = known?.json === json ? known.root : createItem(run);
        shown.set(run.id, { json, root: item });
        group.part('runs').append(item);
      });
      return group.root;
    });
    getPart(root, 'groups').replaceChildren(...sections);
    if (active instanceof HTMLElement && root.contains(active)) {
      active.focus({ preventScroll: true });
    }
    showText(getPart(root, 'more-runs'), hasMore ? texts.hasMore : '');
    showLink(getPart(root, 'history'), historyUrl);
  }

  async function refresh() {
    if (root.hidden) return;
    latestRequest += 1;
    const request = latestRequest;
    if (!shown.size) setStatus(texts.loading);
    try {
      const content = await load();
      if (request !== latestRequest) return;
      show(content);
      setStatus(shown.size ? '' : texts.none);
    } catch (error) {
      if (request === latestRequest) setStatus(/** @type {Error} */ (error).message);
    }
  }

  root.addEventListener('show', refresh);
  form.addEventListener('llm-actions:changed', refresh);
  refresh();
}
