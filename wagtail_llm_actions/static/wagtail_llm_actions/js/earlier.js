/**
 * The texts that a field was offered before: a button in its row opens the list of them.
 */

/** @param {string} id */
const template = (id) => /** @type {HTMLTemplateElement} */ (document.getElementById(id));

/** @param {string} id */
function clone(id) {
  const root = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template(id).content.firstElementChild).cloneNode(true)
  );
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  return { root, part };
}

/**
 * @param {object} options
 * @param {string} options.path - of the field
 * @param {string} options.label - of the field
 * @param {number} options.count - of the texts that are there already
 * @param {HTMLElement} options.root - of the bar
 * @param {() => Promise<LLMActions.Earlier>} options.load
 * @param {() => string | undefined} options.shown - the id of the run that is in the card
 * @param {(run: LLMActions.Run) => void} options.onChoose
 */
export function createEarlier({ path, label, count, root, load, shown, onChoose }) {
  const toggle = clone('llm-actions-earlier-toggle').root;
  const list = clone('llm-actions-earlier');
  const { loading = '', none = '' } = template('llm-actions-earlier').dataset;
  let busy = false;

  [toggle, list.root].forEach((element) => {
    element.setAttribute('aria-label', String(element.ariaLabel).replace('{field}', label));
  });
  toggle.hidden = !count;
  const row = /** @type {Element} */ (root.querySelector('.llm-actions__bar'));
  row.append(toggle);
  row.after(list.root);

  /** @param {boolean} value */
  function setOpen(value) {
    list.root.hidden = !value;
    toggle.setAttribute('aria-expanded', String(value));
  }

  /** @param {LLMActions.EarlierRun} run */
  function createItem(run) {
    const item = clone('llm-actions-earlier-item');
    const facts = [run.action_label, run.user, run.time, run.model, run.decision_label];
    item.part('facts').textContent = facts.filter(Boolean).join(' · ');
    item.part('text').textContent = run.output;
    item.part('again').addEventListener('click', () => {
      if (busy) return;
      onChoose(run);
      setOpen(false);
    });
    return item.root;
  }

  async function open() {
    setOpen(true);
    list.part('status').textContent = loading;
    list.part('list').replaceChildren();
    try {
      const { fields } = await load();
      const runs = (fields[path] ?? []).filter(({ id }) => id !== shown());
      list.part('list').replaceChildren(...runs.map(createItem));
      list.part('status').textContent = runs.length ? '' : none;
    } catch (error) {
      list.part('status').textContent = /** @type {Error} */ (error).message;
    }
  }

  toggle.addEventListener('click', () => {
    if (!list.root.hidden) setOpen(false);
    else if (!busy) open();
  });
  list.root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    setOpen(false);
    toggle.focus();
  });

  return {
    /** There is a text now to come back to. */
    offer() {
      toggle.hidden = false;
    },
    /** @param {boolean} value - a run of this field is under way */
    setBusy(value) {
      busy = value;
      toggle.setAttribute('aria-disabled', String(value));
      if (value) setOpen(false);
    },
  };
}
