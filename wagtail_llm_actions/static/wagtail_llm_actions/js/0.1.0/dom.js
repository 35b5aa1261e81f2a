/** Helpers for the document. */

/** @type {(root: ParentNode, name: string) => any} - by `data-part` */
export const getPart = (root, name) => root.querySelector(`[data-part="${name}"]`);

/** @type {(id: string) => any} */
export const getTemplate = (id) => document.getElementById(id);

/**
 * The sentences of one screen, and those about the progress of a run.
 *
 * @type {(element: HTMLElement) => object}
 */
export function readTexts(element) {
  return { ...getTemplate('llm-actions-progress').dataset, ...element.dataset };
}

/**
 * Copies the first element of a template.
 *
 * @type {(template: HTMLTemplateElement | string) => LLMActions.Clone}
 */
export function clone(template) {
  const { content } = typeof template === 'string' ? getTemplate(template) : template;
  const root = /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
  return { root, part: (name) => getPart(root, name) };
}

/**
 * Names what turns the direction of reading in a text that is only shown, so that nobody takes it
 * for another one. The same characters as in `answers/characters.py`.
 *
 * @param {string} text
 */
export const showDirectionControls = (text) =>
  text.replace(
    /[\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase()}]`,
  );

/**
 * Writes a text only when it changes: screen readers read a live region whenever it is written.
 *
 * @type {(element: HTMLElement, text?: string) => void}
 */
export function showText(element, text = '') {
  element.hidden = !text;
  const shown = showDirectionControls(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/** @type {(link: HTMLElement, url: string) => void} */
export function showLink(link, url) {
  link.hidden = !url;
  if (url) link.setAttribute('href', url);
}

/** @type {(element: Element, field: string) => void} */
export function labelWithField(element, field) {
  element.setAttribute('aria-label', String(element.ariaLabel).replace('{field}', field));
}

/** @type {(element: HTMLElement, onEscape: () => void) => void} */
export function listenForEscape(element, onEscape) {
  element.addEventListener('keydown', (event) => {
    // One that is composing ends the input of a character.
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    onEscape();
  });
}

// `crypto.randomUUID` needs https, `getRandomValues` does not.
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
