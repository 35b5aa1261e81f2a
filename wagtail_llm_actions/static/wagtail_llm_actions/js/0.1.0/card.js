/** The card below a field. */

import { clone, getTemplate, labelWithField, listenForEscape, readTexts, showText } from './dom.js';

const TEMPLATE = 'llm-actions-card';
const VIEW_SLOT = 'llm-actions:view';

export function cardTexts() {
  return /** @type {LLMActions.Texts} */ (readTexts(getTemplate(TEMPLATE)));
}

/** @type {LLMActions.CreateCard} */
export function createCard({ key, label, onCommand, onEdit }) {
  const { root, part } = clone(TEMPLATE);
  const text = /** @type {HTMLTextAreaElement} */ (part('text'));
  const source = /** @type {HTMLDetailsElement} */ (part('source'));
  const views = /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-view]'));
  /** @type {LLMActions.CardState} */
  let state = 'working';
  let view = '';
  /** The reasons why the text cannot be accepted. */
  const obstacles = { isTooLong: false, isBlocked: false };

  labelWithField(root, label);
  part('length').id = `llm-actions-length-${key}`;
  part('accept-blocked').id = `llm-actions-accept-blocked-${key}`;
  part('accept').setAttribute('aria-describedby', part('accept-blocked').id);
  text.addEventListener('input', () => onEdit(text.value));
  source.addEventListener('toggle', resize);
  root.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('[data-command], [data-view]');
    if (!(button instanceof HTMLElement)) return;
    const { command, reason } = button.dataset;
    if (button.dataset.view) {
      sessionStorage.setItem(VIEW_SLOT, button.dataset.view);
      showView(button.dataset.view);
    } else if (button.ariaDisabled !== 'true') {
      onCommand(/** @type {LLMActions.Command} */ (command), reason);
    } else if (obstacles.isTooLong) {
      // The place to shorten it.
      focusText();
    }
  });
  listenForEscape(root, () => onCommand(state === 'working' ? 'cancel' : 'dismiss'));

  function resize() {
    text.dispatchEvent(new Event('autosize:update'));
  }

  function showView(next = view) {
    view = next;
    const isDiff = view === 'changes' && !part('view').hidden;
    part('diff').hidden = !isDiff;
    part('plain').hidden = isDiff;
    views.forEach((button) => {
      button.ariaPressed = String((button.dataset.view === 'changes') === isDiff);
    });
    resize();
  }

  function focusText() {
    showView('text');
    source.open = true;
    text.focus();
  }

  /** @param {Partial<typeof obstacles>} change */
  function setObstacles(change) {
    Object.assign(obstacles, change);
    part('accept').ariaDisabled = String(obstacles.isTooLong || obstacles.isBlocked);
  }

  return {
    root,

    show({ title, isCountdown, report, ...content }) {
      state = content.state;
      root.hidden = false;
      root.querySelectorAll('[data-when]').forEach((element) => {
        const states = String(element.getAttribute('data-when')).split(' ');
        element.toggleAttribute('hidden', !states.includes(state));
      });
      showText(part('title'), state === 'accepted' ? '' : title);
      // Screen readers read a countdown once only.
      part('status').ariaLive = isCountdown ? 'off' : 'polite';
      ['status', 'error', 'notice', 'details'].forEach((name) => {
        showText(part(name), content[/** @type {'status'} */ (name)]);
      });
      text.hidden = !content.text && state !== 'proposal';
      part('copy').hidden = text.hidden;
      part('report').hidden = !report;
      part('unsourced').hidden = true;
      part('use').hidden ||= text.hidden;
      text.readOnly = state !== 'proposal';
      this.setText(content.text ?? '');
      this.setFormatted([]);
      this.setReview({});
      view = sessionStorage.getItem(VIEW_SLOT) ?? 'changes';
      this.setHasChanges(false);
    },

    setText(value) {
      if (text.value === value) return;
      text.value = value;
      text.scrollTop = state === 'working' ? text.scrollHeight : 0;
      resize();
    },

    setDetails: (details) => showText(part('details'), details),

    setCancellable(value, isRepairing) {
      const cancel = part('cancel');
      if (!value && cancel === document.activeElement) root.focus({ preventScroll: true });
      cancel.hidden = !value;
      part('cancel-run').hidden = isRepairing;
      part('cancel-repair').hidden = !isRepairing;
    },

    setReview({ length, isTooLong = false, faults, acceptBlocked }) {
      part('length').hidden = !length;
      part('length').classList.toggle('llm-actions-card__length--over', isTooLong);
      showText(part('count'), length);
      text.setAttribute('aria-invalid', String(isTooLong));
      text.setAttribute('aria-describedby', length ? part('length').id : '');
      part('shorten').hidden = !isTooLong;
      showText(part('faults'), faults);
      showText(part('accept-blocked'), acceptBlocked);
      setObstacles({ isTooLong, isBlocked: Boolean(acceptBlocked) });
    },

    setFormatted(nodes) {
      const formatted = part('formatted');
      if (formatted.hidden || !nodes.length) source.open = !nodes.length;
      formatted.hidden = !nodes.length;
      part('source-summary').hidden = !nodes.length;
      formatted.replaceChildren(...nodes);
    },

    setHasChanges(value) {
      part('view').hidden = !value;
      showView();
    },

    hide() {
      root.hidden = true;
    },

    focus: () => root.focus({ preventScroll: true }),

    text: () => text.value,

    edit(value) {
      focusText();
      text.select();
      if (document.execCommand('insertText', false, value)) return;
      text.value = value;
      text.dispatchEvent(new Event('input'));
    },

    setStatus: (status) => showText(part('status'), status),
  };
}
