/**
 * The card below a field: shows a view, and reports the button that was pressed.
 */

import {
  clone,
  getTemplate,
  labelWithField,
  listenForEscape,
  readTexts,
  showDirectionControls,
  showText,
} from './dom.js';

const TEMPLATE = 'llm-actions-card';

/** The translated sentences of the card, from its template. */
export function cardTexts() {
  return /** @type {LLMActions.Texts} */ (readTexts(getTemplate(TEMPLATE)));
}

/**
 * @param {object} options
 * @param {string} options.path - of the field; makes the card's ids unique
 * @param {string} options.label - of the field
 * @param {(command: LLMActions.Command) => void} options.onCommand
 * @param {(text: string) => void} options.onEdit - the proposal was edited
 */
export function createCard({ path, label, onCommand, onEdit }) {
  const { root, part } = clone(TEMPLATE);
  const text = /** @type {HTMLTextAreaElement} */ (part('text'));
  /** @type {LLMActions.CardState} */
  let state = 'working';
  /** The reasons why the text cannot be accepted. */
  const obstacles = { isTooLong: false, isBlocked: false };

  labelWithField(root, label);
  part('length').id = `llm-actions-length-${path}`;
  part('accept-blocked').id = `llm-actions-accept-blocked-${path}`;
  part('accept').setAttribute('aria-describedby', part('accept-blocked').id);
  text.addEventListener('input', () => onEdit(text.value));
  const source = /** @type {HTMLDetailsElement} */ (part('source'));
  source.addEventListener('toggle', () => text.dispatchEvent(new Event('autosize:update')));
  root.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('[data-command]');
    if (!(button instanceof HTMLElement)) return;
    if (button.ariaDisabled !== 'true') {
      onCommand(/** @type {LLMActions.Command} */ (button.dataset.command));
    } else if (obstacles.isTooLong) {
      // The place to shorten it.
      text.focus();
    }
  });
  listenForEscape(root, () => onCommand(state === 'working' ? 'cancel' : 'dismiss'));

  /** @param {Partial<typeof obstacles>} change */
  function setObstacles(change) {
    Object.assign(obstacles, change);
    part('accept').ariaDisabled = String(obstacles.isTooLong || obstacles.isBlocked);
  }

  return {
    root,

    /** @param {LLMActions.CardView} view */
    show(view) {
      state = view.state;
      root.hidden = false;
      root.querySelectorAll('[data-when]').forEach((element) => {
        const states = String(element.getAttribute('data-when')).split(' ');
        element.toggleAttribute('hidden', !states.includes(state));
      });
      showText(part('title'), state === 'accepted' ? '' : view.title);
      // Screen readers read a countdown once only.
      part('status').ariaLive = view.isCountdown ? 'off' : 'polite';
      showText(part('status'), view.status);
      showText(part('error'), view.error);
      showText(part('notice'), view.notice);
      showText(part('details'), view.details);
      text.hidden = !view.text && state !== 'proposal';
      part('copy').hidden = text.hidden;
      part('report').hidden = !view.report;
      part('use').hidden = text.hidden || state !== 'failed';
      text.readOnly = state !== 'proposal';
      if (text.value !== (view.text ?? '')) {
        text.value = view.text ?? '';
        text.scrollTop = state === 'working' ? text.scrollHeight : 0;
      }
      this.setFormatted([]);
      text.dispatchEvent(new Event('autosize:update'));
      this.setLength('', false);
      this.setUnsourcedFacts('');
      this.setFaults('');
      this.setAcceptBlocked('');
      this.setChanges([]);
    },

    /** @param {string} details - of the run, and of its click */
    setDetails: (details) => showText(part('details'), details),

    /** @param {boolean} value - a run is unfinished, and can be cancelled */
    setCancellable(value) {
      const cancel = part('cancel');
      if (!value && cancel === document.activeElement) root.focus({ preventScroll: true });
      cancel.hidden = !value;
    },

    /**
     * @param {string} message - the length of the proposal; empty where the field has no limit
     * @param {boolean} isTooLong
     */
    setLength(message, isTooLong) {
      part('length').hidden = !message;
      part('length').classList.toggle('llm-actions-card__length--over', isTooLong);
      part('count').textContent = message;
      text.setAttribute('aria-invalid', String(isTooLong));
      text.setAttribute('aria-describedby', message && part('length').id);
      part('shorten').hidden = !isTooLong;
      setObstacles({ isTooLong });
    },

    /** @param {string} message - the facts of the proposal that its source does not hold */
    setUnsourcedFacts(message) {
      part('unsourced').hidden = !message;
      showText(part('facts'), message);
    },

    /** @param {string} message - what of the proposal does not fit the field, besides its length */
    setFaults: (message) => showText(part('faults'), message),

    /** @param {string} reason - why the text cannot be accepted; empty where it can */
    setAcceptBlocked(reason) {
      showText(part('accept-blocked'), reason);
      setObstacles({ isBlocked: Boolean(reason) });
    },

    /** @param {Node[]} nodes - the text as the field will show it; none where that is all */
    setFormatted(nodes) {
      const formatted = part('formatted');
      if (formatted.hidden || !nodes.length) source.open = !nodes.length;
      formatted.hidden = !nodes.length;
      part('source-summary').hidden = !nodes.length;
      formatted.replaceChildren(...nodes);
    },

    /** @param {LLMActions.Change[]} changes */
    setChanges(changes) {
      part('changes').hidden = !changes.length;
      part('diff').replaceChildren(
        ...changes.map(({ value, added, removed }) => {
          if (!added && !removed) return showDirectionControls(value);
          const element = document.createElement(added ? 'ins' : 'del');
          element.textContent = showDirectionControls(value);
          return element;
        }),
      );
    },

    hide() {
      root.hidden = true;
    },

    focus: () => root.focus({ preventScroll: true }),

    text: () => text.value,

    /** @param {string} value - written as a person does, so that Ctrl+Z takes it back */
    edit(value) {
      text.focus();
      text.select();
      if (document.execCommand('insertText', false, value)) return;
      text.value = value;
      text.dispatchEvent(new Event('input'));
    },

    /** @param {string} status */
    setStatus: (status) => showText(part('status'), status),
  };
}
