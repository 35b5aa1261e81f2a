/**
 * The list of candidates in a card, where an action gives several: one radio button for each.
 */

/** @param {LLMActions.Candidate} candidate */
const hasCome = ({ run }) => run.status === 'succeeded';

/** @param {LLMActions.Candidate} candidate */
const isLost = ({ run }) => run.status === 'failed' || run.status === 'cancelled';

/**
 * The candidate to show while nobody has chosen one: it stays the same as long as it may still
 * become a text.
 *
 * @param {LLMActions.Candidate[]} candidates
 * @param {number} chosen - the one shown now
 */
export function pick(candidates, chosen) {
  if (!isLost(candidates[chosen])) return chosen;
  const come = candidates.findIndex(hasCome);
  const next = come < 0 ? candidates.findIndex((each) => !isLost(each)) : come;
  return next < 0 ? chosen : next;
}

/**
 * @param {object} options
 * @param {Element} options.card
 * @param {string} options.path - of the field; makes the ids unique
 * @param {LLMActions.Texts} options.texts
 * @param {LLMActions.Arguments['words']} options.words
 * @param {(index: number) => void} options.onChoose
 */
export function createCandidates({ card, path, texts, words, onChoose }) {
  const root = /** @type {HTMLElement} */ (card.querySelector('[data-part="candidates"]'));
  const template = /** @type {HTMLTemplateElement} */ (
    document.getElementById('llm-actions-candidate')
  );

  /** @param {number} index */
  function createItem(index) {
    const item = /** @type {HTMLElement} */ (
      /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
    );
    /** @param {string} name */
    const part = (name) => /** @type {HTMLElement} */ (item.querySelector(`[data-part="${name}"]`));
    const radio = /** @type {HTMLInputElement} */ (part('radio'));
    const id = `llm-actions-candidate-${path}`;
    radio.name = id;
    radio.addEventListener('change', () => onChoose(index));
    part('name').textContent = words.fill(texts.candidate, { number: index + 1 });
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
  function describe({ run, text }) {
    if (run.status === 'succeeded') return '';
    if (run.status === 'failed') return texts.failed;
    return run.status === 'cancelled' ? texts.cancelled : words.progress(run, text, texts);
  }

  return {
    root,

    /**
     * @param {LLMActions.Candidate[]} candidates - one is not shown as a choice
     * @param {number} chosen
     */
    show(candidates, chosen) {
      root.hidden = candidates.length < 2;
      if (root.hidden) return;
      if (items.length !== candidates.length) {
        items = candidates.map((_, index) => createItem(index));
        root.querySelectorAll('label').forEach((label) => label.remove());
        root.append(...items.map(({ item }) => item));
      }
      items.forEach(({ radio, state, preview }, index) => {
        const { run, text } = candidates[index];
        radio.checked = index === chosen;
        state.textContent = describe(candidates[index]);
        preview.textContent = text || run.error?.message || '';
      });
    },

    hide() {
      root.hidden = true;
    },
  };
}
