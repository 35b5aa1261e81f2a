/**
 * The widgets of fields within another field: of the blocks of a StreamField, and of inline rows.
 * They come and go while somebody works on the form.
 */

import { uuid } from './dom.js';

export const BOX = '[data-field-input]';
export const BLOCK = '[data-streamfield-child]';
const ROW = '[data-inline-panel-child]';

/**
 * @param {Element} block - in a stream or a list
 * @param {'id' | 'type' | 'deleted'} name
 * @returns {HTMLInputElement} what Wagtail keeps about the block
 */
export const ownInput = (block, name) =>
  /** @type {HTMLInputElement} */ (block.querySelector(`:scope > input[name$="-${name}"]`));

/**
 * @param {Element} box - around an input
 * @returns {{path: string, owner: Element} | null} the path of a destination, and the innermost
 *   block with an id, or the row; null for a field of the form itself
 */
export function locate(box) {
  const names = [];
  /** @type {Element | undefined} */
  let owner;
  let step = box.closest('[data-contentpath], [data-contentpath-disabled]');
  while (step) {
    if (step.matches(BLOCK)) {
      owner ??= step;
      const { value: type } = ownInput(step, 'type');
      const field = step.parentElement?.closest('[data-field][data-contentpath]');
      // The entries of a list have no type, and are no step of the path.
      if (type && field?.parentElement?.closest(ROW)) return null;
      if (type) {
        const path = [type, ...names].join('.');
        return { path: `${field?.getAttribute('data-contentpath')}:${path}`, owner };
      }
    } else if (step.matches(ROW)) {
      const relation = /^inline_child_(.+)-\d+$/.exec(step.id)?.[1];
      return { path: `${relation}.${names.join('.')}`, owner: step };
    } else {
      names.unshift(String(step.getAttribute('data-contentpath')));
    }
    step = step.parentElement?.closest('[data-contentpath], [data-contentpath-disabled]') ?? null;
  }
  return null;
}

/** New rows are numbered again by each visit to the form. */
const VISIT = uuid();

/**
 * @param {Element} row
 * @returns {string} its primary key, or of a new one its prefix and this visit
 */
function idOfRow(row) {
  const prefix = row.id.replace('inline_child_', '');
  const key = row.querySelector(`[name="${prefix}-id"]`);
  return (key instanceof HTMLInputElement && key.value) || `${prefix}.${VISIT}`;
}

/** @param {Element} owner */
export const isGone = (owner) =>
  !owner.isConnected || Boolean(owner.closest(`${BLOCK}[aria-hidden="true"], ${ROW}.deleted`));

/**
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {LLMActions.Offers} options.offers
 * @param {Map<string, LLMActions.ItemWidget>} options.widgets
 * @param {LLMActions.AddWidget} options.addWidget
 */
export function watchItems({ form, offers, widgets, addWidget }) {
  /** @type {Map<Element, {key: string, owner: Element}>} - by the box */
  const items = new Map();

  /** @param {Element} box */
  function add(box) {
    const name = box.querySelector('[name]')?.getAttribute('name');
    const { path, owner } = locate(box) ?? {};
    const offer = path && offers.fields[path];
    if (!name || !owner || !offer || items.has(box) || isGone(owner)) return;
    const input = owner.matches(BLOCK) ? ownInput(owner, 'id') : null;
    const rowId = input ? '' : idOfRow(owner);
    // A block that was made by code may have no id. It gets one when it needs it: an earlier change
    // would be one that nobody has made.
    const itemId = () => (input ? (input.value ||= uuid()) : rowId);
    const key = `${path}#${input && !input.value ? input.name : itemId()}`;
    items.set(box, { key, owner });
    addWidget(key, offer, name, {
      get 'llm-actions-item-id'() {
        return itemId();
      },
      // The form was read before the block got an id.
      get [input?.name ?? 'llm-actions-item-id']() {
        return itemId();
      },
    });
  }

  function removeGone() {
    for (const [box, { key, owner }] of items) {
      if (!isGone(owner)) continue;
      items.delete(box);
      const widget = widgets.get(key);
      widget?.abandon();
      widget?.close();
      widget?.root.remove();
      widgets.delete(key);
    }
  }

  form.querySelectorAll(BOX).forEach(add);
  new MutationObserver((records) => {
    let mayBeGone = false;
    for (const { type, target, addedNodes, removedNodes } of records) {
      mayBeGone ||=
        type === 'attributes' && target instanceof Element && target.matches(`${BLOCK}, ${ROW}`);
      mayBeGone ||= [...removedNodes].some(
        (node) => node instanceof Element && node.querySelector(BOX),
      );
      for (const node of addedNodes) {
        if (node instanceof Element) node.querySelectorAll(BOX).forEach(add);
      }
    }
    if (mayBeGone) removeGone();
  }).observe(form, { subtree: true, childList: true, attributeFilter: ['aria-hidden', 'class'] });
}
