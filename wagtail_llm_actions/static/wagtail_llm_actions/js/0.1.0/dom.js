/**
 * Helpers for the document: templates with named parts, texts, links.
 */

/**
 * @param {ParentNode} root
 * @param {string} name - of an element's `data-part`
 * @returns {HTMLElement}
 */
export function getPart(root, name) {
  return /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
}

/**
 * @param {string} id - of a template
 * @returns {HTMLTemplateElement}
 */
export function getTemplate(id) {
  return /** @type {HTMLTemplateElement} */ (document.getElementById(id));
}

/**
 * @param {HTMLElement} element - has the sentences of one screen as its attributes
 * @returns {object} them, and those about the progress of a run
 */
export function readTexts(element) {
  return { ...getTemplate('llm-actions-progress').dataset, ...element.dataset };
}

/**
 * @param {HTMLTemplateElement | string} template - or its id
 * @returns {{root: HTMLElement, part: (name: string) => HTMLElement}} a copy of the template's
 *   first element, and a function that returns the parts of it
 */
export function clone(template) {
  const { content } = typeof template === 'string' ? getTemplate(template) : template;
  const root = /** @type {HTMLElement} */ (content.firstElementChild?.cloneNode(true));
  return { root, part: (name) => getPart(root, name) };
}

/**
 * Names what turns the direction of reading, so that nobody takes a text for another one. The same
 * characters as in `answers/characters.py`.
 *
 * @param {string} text - that is only shown; one that is edited or copied keeps its characters
 */
export function showDirectionControls(text) {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `[U+${character.charCodeAt(0).toString(16).toUpperCase()}]`;
  });
}

/**
 * Writes a text only when it changes: screen readers read a live region whenever it is written.
 *
 * @param {HTMLElement} element
 * @param {string} [text] - the element is hidden without one
 */
export function showText(element, text = '') {
  element.hidden = !text;
  const shown = showDirectionControls(text);
  if (element.textContent !== shown) element.textContent = shown;
}

/**
 * @param {HTMLElement} link
 * @param {string} url - the link is hidden without one
 */
export function showLink(link, url) {
  link.hidden = !url;
  if (url) link.setAttribute('href', url);
}

/**
 * @param {Element} element - its label has a place for the name of a field
 * @param {string} field
 */
export function labelWithField(element, field) {
  element.setAttribute('aria-label', String(element.ariaLabel).replace('{field}', field));
}

/**
 * Calls back for Escape, unless it ends the input of a character.
 *
 * @param {HTMLElement} element
 * @param {() => void} onEscape
 */
export function listenForEscape(element, onEscape) {
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.stopPropagation();
    onEscape();
  });
}

/** @returns {string} a random UUID; `crypto.randomUUID` needs https, `getRandomValues` does not */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}
