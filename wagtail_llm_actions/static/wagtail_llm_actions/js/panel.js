/**
 * The side panel: the runs of this page or snippet by field, and the way back to their texts.
 */

/** Longer texts are cut to a few lines at first. */
const LONG_CHARS = 280;
const LONG_LINES = 5;
const UNCOVER_MS = 5_000;

/** @param {string} id */
const template = (id) => /** @type {HTMLTemplateElement} */ (document.getElementById(id));

/** @param {HTMLElement} root */
const partsOf = (root) => (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));

/** @param {string} id */
function clone(id) {
  const root = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template(id).content.firstElementChild).cloneNode(true)
  );
  return { root, part: partsOf(root) };
}

/**
 * @param {HTMLElement} element
 * @param {string} text - hidden without
 */
function fill(element, text) {
  element.hidden = !text;
  element.textContent = text;
}

/**
 * @param {HTMLElement} link
 * @param {string} url - hidden without
 */
function point(link, url) {
  link.hidden = !url;
  if (url) link.setAttribute('href', url);
}

/**
 * Opens the tab and the collapsed panels that an element is in.
 *
 * @param {Element} element
 */
async function uncover(element) {
  /** @type {Element | null | undefined} */
  let box = element.closest('[hidden]');
  for (; box; box = box.parentElement?.closest('[hidden]')) {
    const control = box.id && document.querySelector(`[aria-controls="${CSS.escape(box.id)}"]`);
    if (control instanceof HTMLElement) control.click();
  }
  // Wagtail's tabs fade out before the next one is there.
  const end = performance.now() + UNCOVER_MS;
  while (!element.getClientRects().length && performance.now() < end) {
    await new Promise(requestAnimationFrame);
  }
}

/**
 * @param {Element} one
 * @param {Element} other
 */
function overlap(one, other) {
  const a = one.getBoundingClientRect();
  const b = other.getBoundingClientRect();
  return a.left < b.right && b.left < a.right;
}

/**
 * @param {object} options
 * @param {HTMLElement} options.root - Wagtail's box of this panel
 * @param {HTMLElement} options.toggle - its button in the header
 * @param {HTMLFormElement} options.form - says when a run has changed
 * @param {LLMActions.Started['widgets']} options.widgets - by the path of their field
 * @param {() => Promise<LLMActions.Panel>} options.load
 * @param {LLMActions.Arguments['card']['copyText']} options.copyText
 */
export function start({ root, toggle, form, widgets, load, copyText }) {
  const part = partsOf(root);
  const texts = template('llm-actions-panel').dataset;
  /** @type {Map<string, {facts: string, root: HTMLElement}>} - what is shown, by the run's id */
  let shown = new Map();
  let turn = 0;

  /** @param {string} [sentence] */
  const announce = (sentence = '') => {
    part('status').textContent = sentence;
  };

  /** @param {LLMActions.PanelRun} run */
  async function proposeAgain(run) {
    const widget = widgets.get(run.field);
    if (!widget) return;
    if (widget.isBusy()) {
      announce(texts.busy);
      return;
    }
    announce();
    const place = widget.bar.root;
    await uncover(place);
    // On a small screen the panel lies over the form.
    if (overlap(/** @type {Element} */ (root.closest('[data-form-side]')), place)) toggle.click();
    place.scrollIntoView({ block: 'center', behavior: 'instant' });
    widget.proposeAgain(run);
  }

  /**
   * @param {(name: string) => HTMLElement} of
   * @param {string} output
   */
  function showText(of, output) {
    fill(of('text'), output);
    const isLong = output.length > LONG_CHARS || output.split('\n').length > LONG_LINES;
    const more = of('more');
    more.hidden = !isLong;
    /** @param {boolean} isOpen */
    const setOpen = (isOpen) => {
      of('text').classList.toggle('llm-actions-panel__text--cut', isLong && !isOpen);
      more.setAttribute('aria-expanded', String(isOpen));
      more.textContent = String(isOpen ? texts.less : texts.more);
    };
    setOpen(false);
    more.addEventListener('click', () => setOpen(more.ariaExpanded !== 'true'));
  }

  /** @param {LLMActions.PanelRun} run */
  function createRun(run) {
    const { root: item, part: of } = clone('llm-actions-panel-run');
    const succeeded = run.status === 'succeeded';
    const outcome = succeeded ? run.decision_label || texts.undecided : run.status_label;
    const isKept = ['accepted', 'edited'].includes(run.decision);
    of('action').textContent = run.action_label;
    of('outcome').textContent = String(outcome);
    of('outcome').classList.toggle('w-status--primary', isKept);
    of('facts').textContent = [run.user, run.time, run.model].filter(Boolean).join(' · ');
    of('facts').id = `llm-actions-panel-${run.id}`;
    fill(of('error'), run.error?.message ?? '');
    fill(of('notice'), run.notice);
    showText(of, run.output);
    fill(of('instruction'), run.instruction);
    fill(of('prompt'), run.prompt);
    of('asked').hidden = !run.instruction && !run.prompt;
    of('again').hidden = !succeeded || !run.output || !widgets.has(run.field);
    of('copy').hidden = !run.output;
    point(of('details'), run.details_url);
    ['more', 'again', 'copy', 'details'].forEach((name) => {
      of(name).setAttribute('aria-describedby', of('facts').id);
    });
    of('again').addEventListener('click', () => proposeAgain(run));
    of('copy').addEventListener('click', async () => {
      await copyText(run.output, item);
      announce(texts.copied);
    });
    return item;
  }

  /** @param {LLMActions.Panel} panel */
  function show({ groups, has_more: hasMore, history_url: url }) {
    const former = shown;
    shown = new Map();
    const active = document.activeElement;
    const sections = groups.map(({ path, label, runs }) => {
      const group = clone('llm-actions-panel-group');
      const id = `llm-actions-panel-of-${path}`;
      group.part('label').textContent = label;
      group.part('label').id = id;
      group.root.setAttribute('aria-labelledby', id);
      runs.forEach((run) => {
        const facts = JSON.stringify(run);
        const known = former.get(run.id);
        // One that is being read stays as it is.
        const item = known?.facts === facts ? known.root : createRun(run);
        shown.set(run.id, { facts, root: item });
        group.part('runs').append(item);
      });
      return group.root;
    });
    part('groups').replaceChildren(...sections);
    if (active instanceof HTMLElement && root.contains(active)) {
      active.focus({ preventScroll: true });
    }
    fill(part('end'), hasMore ? String(texts.hasMore) : '');
    point(part('history'), url);
  }

  async function refresh() {
    if (root.hidden) return;
    turn += 1;
    const own = turn;
    if (!shown.size) announce(texts.loading);
    try {
      const panel = await load();
      if (own !== turn) return;
      show(panel);
      announce(shown.size ? '' : texts.none);
    } catch (error) {
      if (own === turn) announce(/** @type {Error} */ (error).message);
    }
  }

  root.addEventListener('show', refresh);
  form.addEventListener('llm-actions:changed', refresh);
  refresh();
}
