/**
 * The list of a field's previous texts, which a button in its toolbar opens.
 */

import { clone, getTemplate, labelWithField, showDirectionControls } from './dom.js';

/**
 * @param {object} options
 * @param {string} options.path - of the field
 * @param {string} options.label - of the field
 * @param {() => Promise<LLMActions.PreviousTexts>} options.load
 * @param {() => string | undefined} options.shownId - the id of the run that the card shows
 * @param {(run: LLMActions.RunState) => void} options.onSelect
 */
export function createPreviousList({ path, label, load, shownId, onSelect }) {
  const { root, part } = clone('llm-actions-previous');
  const { loading = '', none = '' } = getTemplate('llm-actions-previous').dataset;

  labelWithField(root, label);

  /** @param {LLMActions.PreviousRun} run */
  function createItem(run) {
    const item = clone('llm-actions-previous-item');
    const meta = [run.action_label, run.user, run.time, run.model_label, run.decision_label];
    item.part('meta').textContent = meta.filter(Boolean).join(' · ');
    item.part('text').textContent = showDirectionControls(run.output);
    item.part('propose-again').addEventListener('click', () => onSelect(run));
    return item.root;
  }

  return {
    root,

    async refresh() {
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
    },
  };
}
