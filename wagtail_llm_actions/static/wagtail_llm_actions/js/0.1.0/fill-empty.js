/**
 * Runs the first action of each empty field of a form, and lists what comes for review.
 */

import { clone, getPart, getTemplate, showText } from './dom.js';
import { fillIn } from './messages.js';

/** @typedef {import('./widget.js').FieldWidget} FieldWidget */

const MAX_AT_ONCE = 3;

/** After a limit has stopped a run. */
const RETRY_MS = 10_000;

/**
 * @param {object} options
 * @param {HTMLElement} options.root - of the side panel
 * @param {HTMLFormElement} options.form
 * @param {ReadonlyMap<string, FieldWidget>} options.widgets
 * @param {(widget: FieldWidget) => Promise<void>} options.goTo
 */
export function createFilling({ root, form, widgets, goTo }) {
  const place = getPart(root, 'filling');
  const texts = getTemplate('llm-actions-filling').dataset;
  /** @type {ReturnType<typeof createItem>[]} */
  let items = [];
  let isPaused = false;
  let timer = 0;

  /** @param {FieldWidget} widget */
  function createItem(widget) {
    const { root: row, part } = clone('llm-actions-filling-item');
    const { label } = widget.offer;
    const isFree = !widget.isBusy() && !widget.isWaiting();
    const reason = isFree ? widget.toolbar.blockedReason() : '';
    const item = {
      widget,
      row,
      /** Why it is not run. */
      reason,
      isQueued: isFree && !reason,
      isCancelled: false,
      /** The limit that it waits for. */
      limit: '',
      refresh() {
        const { state } = widget;
        const isWaiting = !item.isQueued && state === 'proposal';
        showText(part('status'), statusOf());
        showText(part('text'), isWaiting ? widget.card.text() : '');
        part('accept').hidden = !isWaiting;
        part('cancel').hidden = !item.isQueued && !widget.isBusy();
      },
    };

    function statusOf() {
      if (item.isCancelled) return texts.cancelled;
      if (item.isQueued) return item.limit || texts.queued;
      if (item.reason && (!widget.state || widget.state === 'failed')) return item.reason;
      if (!widget.state) return texts.dismissed;
      const shown = ['status', 'error'].map((name) => getPart(widget.card.root, name).textContent);
      return widget.state === 'proposal' ? texts.ready : shown.filter(Boolean).join('. ');
    }

    part('label').textContent = label;
    ['accept', 'cancel', 'go'].forEach((name) => {
      part(name).ariaLabel = `${String(part(name).textContent).trim()}: ${label}`;
    });
    part('go').addEventListener('click', () => goTo(widget));
    part('cancel').addEventListener('click', () => {
      if (item.isQueued) Object.assign(item, { isQueued: false, isCancelled: true });
      else widget.cancel();
      part('go').focus();
      refresh();
    });
    part('accept').addEventListener('click', async () => {
      // What is in the way is said there.
      if (getPart(widget.card.root, 'accept').ariaDisabled === 'true') await goTo(widget);
      else {
        await widget.accept();
        part('go').focus();
      }
    });
    return item;
  }

  /** A run that was stopped by a limit which soon has room waits, and is not lost. */
  function takeBack() {
    items.forEach((item) => {
      const { candidates, refusal, state } = item.widget;
      const error = refusal ?? candidates.run?.error;
      if (item.isQueued || state !== 'failed' || !error?.is_brief) return;
      Object.assign(item, { isQueued: true, limit: error.message });
      item.widget.close();
      isPaused = true;
      clearTimeout(timer);
      timer = window.setTimeout(goOn, RETRY_MS);
    });
  }

  function startNext() {
    let count = items.filter(({ widget }) => widget.isBusy()).length;
    items.forEach((item) => {
      if (!item.isQueued || isPaused || count >= MAX_AT_ONCE) return;
      item.isQueued = false;
      // Somebody may have been quicker.
      if (item.widget.isFilled() || item.widget.isBusy()) return;
      count += 1;
      item.widget.generate(item.widget.offer.actions[0]);
    });
  }

  function refresh() {
    takeBack();
    startNext();
    items.forEach((item) => item.refresh());
    const ready = items.filter(({ widget }) => widget.isWaiting()).length;
    const message = fillIn(String(texts.progress), { ready, count: items.length });
    showText(getPart(root, 'filling-status'), items.length ? message : texts.none);
  }

  function goOn() {
    isPaused = false;
    refresh();
  }

  let isDue = false;
  // Once for what happens at once: a run that starts shows its field's card again.
  form.addEventListener('llm-actions:shown', () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      refresh();
    });
  });
  form.addEventListener('llm-actions:changed', goOn);

  return {
    start() {
      const open = items.filter(({ isQueued, widget }) => isQueued || widget.isBusy());
      const known = open.map(({ widget }) => widget);
      const empty = [...widgets.values()]
        .filter(
          (widget) => widget.root.isConnected && !widget.isFilled() && !known.includes(widget),
        )
        .map(createItem);
      items = [...open, ...empty].sort((one, other) =>
        one.widget.root.compareDocumentPosition(other.widget.root) &
        Node.DOCUMENT_POSITION_FOLLOWING
          ? -1
          : 1,
      );
      place.replaceChildren(...items.map(({ row }) => row));
      refresh();
    },
  };
}
