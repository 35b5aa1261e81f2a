/**
 * The previous texts of a field: a button in its toolbar opens the list of them.
 */

import {
  clone,
  getPart,
  getTemplate,
  labelWithField,
  listenForEscape,
  showDirectionControls,
} from './dom.js';

/**
 * @param {object} options
 * @param {string} options.path - of the field
 * @param {string} options.label - of the field
 * @param {number} options.count - of the previous texts
 * @param {HTMLElement} options.toolbar
 * @param {() => Promise<LLMActions.PreviousTexts>} options.load
 * @param {() => string | undefined} options.shownId - the id of the run that the card shows
 * @param {(run: LLMActions.RunState) => void} options.onSelect
 */
export function createPreviousTexts({ path, label, count, toolbar, load, shownId, onSelect }) {
  const toggle = clone('llm-actions-previous-toggle').root;
  const { root, part } = clone('llm-actions-previous');
  const { loading = '', none = '' } = getTemplate('llm-actions-previous').dataset;
  let busy = false;

  labelWithField(toggle, label);
  labelWithField(root, label);
  toggle.hidden = !count;
  const row = getPart(toolbar, 'row');
  row.append(toggle);
  row.after(root);

  /** @param {boolean} value */
  function setOpen(value) {
    root.hidden = !value;
    toggle.setAttribute('aria-expanded', String(value));
  }

  /** @param {LLMActions.PreviousRun} run */
  function createItem(run) {
    const item = clone('llm-actions-previous-item');
    const meta = [run.action_label, run.user, run.time, run.model_label, run.decision_label];
    item.part('meta').textContent = meta.filter(Boolean).join(' · ');
    item.part('text').textContent = showDirectionControls(run.output);
    item.part('propose-again').addEventListener('click', () => {
      if (busy) return;
      onSelect(run);
      setOpen(false);
    });
    return item.root;
  }

  async function open() {
    setOpen(true);
    part('status').textContent = loading;
    part('list').replaceChildren();
    try {
      const { fields } = await load();
      const runs = (fields[path] ?? []).filter(({ id }) => id !== shownId());
      part('list').replaceChildren(...runs.map(createItem));
      part('status').textContent = runs.length ? '' : none;
    } catch (error) {
      part('status').textContent = /** @type {Error} */ (error).message;
    }
  }

  toggle.addEventListener('click', () => {
    if (!root.hidden) setOpen(false);
    else if (!busy) open();
  });
  listenForEscape(root, () => {
    setOpen(false);
    toggle.focus();
  });

  return {
    /** Shows the button, because there is a previous text now. */
    enable() {
      toggle.hidden = false;
    },
    /** @param {boolean} value - a run of this field is unfinished */
    setBusy(value) {
      busy = value;
      toggle.setAttribute('aria-disabled', String(value));
      if (value) setOpen(false);
    },
  };
}
