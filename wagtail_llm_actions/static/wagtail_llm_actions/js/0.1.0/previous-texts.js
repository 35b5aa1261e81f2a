/**
 * The previous texts of a field: a button in its toolbar loads the list of them, and opens it.
 */

import { clone, getPart, labelWithField, listenForEscape } from './dom.js';

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
export function createPreviousTexts({ count, toolbar, onSelect, ...options }) {
  const toggle = clone('llm-actions-previous-toggle').root;
  const row = getPart(toolbar, 'row');
  /** @type {ReturnType<typeof import('./previous-list.js').createPreviousList> | undefined} */
  let list;
  let busy = false;

  labelWithField(toggle, options.label);
  toggle.hidden = !count;
  row.append(toggle);

  async function loadList() {
    const { createPreviousList } = await import('./previous-list.js');
    const created = createPreviousList({
      ...options,
      onSelect(run) {
        if (busy) return;
        onSelect(run);
        setOpen(false);
      },
    });
    listenForEscape(created.root, () => {
      setOpen(false);
      toggle.focus();
    });
    row.after(created.root);
    return created;
  }

  /** @param {boolean} value */
  function setOpen(value) {
    toggle.setAttribute('aria-expanded', String(value));
    if (list) list.root.hidden = !value;
  }

  toggle.addEventListener('click', async () => {
    if (list && !list.root.hidden) setOpen(false);
    else if (!busy) {
      list ??= await loadList();
      setOpen(true);
      list.refresh();
    }
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
