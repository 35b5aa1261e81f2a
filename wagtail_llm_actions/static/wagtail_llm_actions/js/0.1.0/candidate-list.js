/**
 * The list of a click's candidates in a card, from which the editor chooses one.
 */

import { clone, showDirectionControls } from './dom.js';
import { fillIn, progressMessage } from './messages.js';

/** @param {import('./widget.js').FieldWidget} widget */
export function createCandidateList(widget) {
  const { key, texts, listPlace: root } = widget;

  /** @param {number} index */
  function choose(index) {
    widget.candidates.choose(index);
    widget.memory.write(widget.candidates.memory());
    widget.display();
  }

  /** @param {number} index */
  function createItem(index) {
    const { root: item, part } = clone('llm-actions-candidate');
    const radio = /** @type {HTMLInputElement} */ (part('radio'));
    const id = `llm-actions-candidate-${key}`;
    radio.name = id;
    radio.addEventListener('change', () => choose(index));
    part('name').textContent = fillIn(texts.candidate, { number: index + 1 });
    ['name', 'state', 'preview'].forEach((name) => {
      part(name).id = `${id}-${index}-${name}`;
    });
    radio.setAttribute('aria-labelledby', `${part('name').id} ${part('state').id}`);
    radio.setAttribute('aria-describedby', part('preview').id);
    return { item, radio, state: part('state'), preview: part('preview') };
  }

  /** @type {ReturnType<typeof createItem>[]} */
  let items = [];

  /** @param {LLMActions.Candidate} candidate */
  function stateMessage({ run, text }) {
    if (run.status === 'succeeded') return '';
    // Then the preview says all.
    if (run.error?.code === 'nothing_to_change') return '';
    if (run.status === 'failed') return texts.failed;
    return run.status === 'cancelled' ? texts.cancelled : progressMessage(run, text, texts);
  }

  return {
    /** @param {import('./generation.js').Candidates} candidates - two or more */
    show({ all, shownIndex }) {
      root.hidden = false;
      if (items.length !== all.length) {
        items.forEach(({ item }) => item.remove());
        items = all.map((_, index) => createItem(index));
        root.append(...items.map(({ item }) => item));
      }
      items.forEach(({ radio, state, preview }, index) => {
        const { run, text } = all[index];
        radio.checked = index === shownIndex;
        state.textContent = stateMessage(all[index]);
        preview.textContent = showDirectionControls(text || run.error?.message || '');
      });
    },
  };
}
