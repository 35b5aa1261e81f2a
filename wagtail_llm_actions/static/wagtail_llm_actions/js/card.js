/**
 * The card below a field: shows what it is told, and says which of its buttons was pressed.
 */

/** @returns {HTMLTemplateElement} */
const template = () =>
  /** @type {HTMLTemplateElement} */ (document.getElementById('llm-actions-card'));

/** The translated sentences that change while a card is shown. */
export const texts = /** @type {LLMActions.Texts} */ ({ ...template()?.dataset });

/**
 * @param {string} content
 * @param {HTMLElement} place - in the document
 */
export async function copyText(content, place) {
  try {
    await navigator.clipboard.writeText(content);
  } catch {
    // Not on plain http, and not for everybody.
    const source = document.createElement('textarea');
    source.value = content;
    source.className = 'w-sr-only';
    place.append(source);
    source.select();
    document.execCommand('copy');
    source.remove();
  }
}

/**
 * @param {object} options
 * @param {string} options.path - of the field; makes the card's ids unique
 * @param {string} options.label - of the field
 * @param {(command: LLMActions.Command) => void} options.onCommand
 * @param {() => void} options.onEdit - the proposal was edited
 */
export function createCard({ path, label, onCommand, onEdit }) {
  const root = /** @type {HTMLElement} */ (
    /** @type {Element} */ (template().content.firstElementChild).cloneNode(true)
  );
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  const text = /** @type {HTMLTextAreaElement} */ (part('text'));
  /** @type {LLMActions.CardState} */
  let state = 'working';
  /** What stands against Accept. */
  const against = { isTooLong: false, isBarred: false };

  root.setAttribute('aria-label', String(root.ariaLabel).replace('{field}', label));
  part('length').id = `llm-actions-length-${path}`;
  part('barred').id = `llm-actions-barred-${path}`;
  part('accept').setAttribute('aria-describedby', part('barred').id);
  text.addEventListener('input', onEdit);
  root.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('[data-command]');
    if (!(button instanceof HTMLElement)) return;
    if (button.ariaDisabled === 'true') {
      // This is the place to shorten it.
      if (against.isTooLong) text.focus();
    } else onCommand(/** @type {LLMActions.Command} */ (button.dataset.command));
  });
  root.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    onCommand(state === 'working' ? 'cancel' : 'dismiss');
  });

  /**
   * @param {string} name
   * @param {string} [content] - hidden without
   */
  function setPart(name, content = '') {
    const element = part(name);
    element.hidden = !content;
    // Screen readers read a live region again whenever it is written.
    if (element.textContent !== content) element.textContent = content;
  }

  /** @param {Partial<typeof against>} change */
  function setAgainst(change) {
    Object.assign(against, change);
    part('accept').ariaDisabled = String(against.isTooLong || against.isBarred);
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
      setPart('title', state === 'accepted' ? '' : view.title);
      // A countdown is seen, but read out only once.
      part('status').ariaLive = view.isCountdown ? 'off' : 'polite';
      setPart('status', view.status);
      setPart('error', view.error);
      setPart('notice', view.notice);
      setPart('details', view.details);
      text.hidden = !view.text && state !== 'proposal';
      part('copy').hidden = text.hidden;
      part('report').hidden = !view.report;
      text.readOnly = state !== 'proposal';
      if (text.value !== (view.text ?? '')) {
        text.value = view.text ?? '';
        text.scrollTop = state === 'working' ? text.scrollHeight : 0;
      }
      text.dispatchEvent(new Event('autosize:update'));
      this.setLength('', false);
      this.setBarred('');
      this.setChanges([]);
    },

    /** @param {boolean} value - something is still being written, and can be cancelled */
    setUnfinished(value) {
      const cancel = part('cancel');
      if (!value && cancel === document.activeElement) root.focus({ preventScroll: true });
      cancel.hidden = !value;
    },

    /**
     * @param {string} sentence - how long the proposal is; empty where nothing limits it
     * @param {boolean} tooLong
     */
    setLength(sentence, tooLong) {
      part('length').hidden = !sentence;
      part('length').classList.toggle('llm-actions-card__length--over', tooLong);
      part('count').textContent = sentence;
      text.setAttribute('aria-invalid', String(tooLong));
      text.setAttribute('aria-describedby', sentence && part('length').id);
      setAgainst({ isTooLong: tooLong });
    },

    /** @param {string} reason - why the text cannot be accepted as things are; empty where it can */
    setBarred(reason) {
      setPart('barred', reason);
      setAgainst({ isBarred: Boolean(reason) });
    },

    /** @param {LLMActions.Change[]} changes */
    setChanges(changes) {
      part('changes').hidden = !changes.length;
      part('diff').replaceChildren(
        ...changes.map(({ value, added, removed }) => {
          if (!added && !removed) return value;
          const element = document.createElement(added ? 'ins' : 'del');
          element.textContent = value;
          return element;
        }),
      );
    },

    hide() {
      root.hidden = true;
    },

    focus: () => root.focus({ preventScroll: true }),

    text: () => text.value,

    /** @param {string} status */
    announce: (status) => setPart('status', status),

    copy: () => copyText(text.value, root),
  };
}
