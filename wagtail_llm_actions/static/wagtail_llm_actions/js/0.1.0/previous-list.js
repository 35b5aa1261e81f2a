/**
 * The list of a field's previous texts, which a button in its toolbar opens.
 */

import {
  clone,
  getPart,
  getTemplate,
  labelWithField,
  listenForEscape,
  showDirectionControls,
} from './dom.js';

/** @type {LLMActions.CreatePreviousList} */
export function createPreviousList({ key, label, load, shownId, onSelect, toggle, toolbar }) {
  const { root, part } = clone('llm-actions-previous');
  const { loading = '', none = '' } = getTemplate('llm-actions-previous').dataset;

  labelWithField(root, label);
  getPart(toolbar, 'row').after(root);
  listenForEscape(root, () => {
    setOpen(false);
    toggle.focus();
  });

  /** @param {LLMActions.PreviousRun} run */
  function createItem(run) {
    const item = clone('llm-actions-previous-item');
    const meta = [run.action_label, run.user, run.time, run.model_label, run.decision_label];
    item.part('meta').textContent = meta.filter(Boolean).join(' · ');
    // Without an output, the notice says when it was redacted.
    item.part('text').textContent = showDirectionControls(run.output || run.notice);
    item.part('propose-again').hidden = !run.output;
    item.part('propose-again').addEventListener('click', () => {
      if (toggle.ariaDisabled === 'true') return;
      onSelect(run);
      setOpen(false);
    });
    return item.root;
  }

  async function refresh() {
    part('status').textContent = loading;
    part('list').replaceChildren();
    try {
      const { fields } = await load();
      const runs = (fields[key] ?? []).filter(({ id }) => id !== shownId());
      part('list').replaceChildren(...runs.map(createItem));
      part('status').textContent = runs.length ? '' : none;
    } catch (error) {
      part('status').textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {boolean} value */
  function setOpen(value) {
    toggle.ariaExpanded = String(value);
    root.hidden = !value;
    if (value) refresh();
  }

  return { setOpen };
}
