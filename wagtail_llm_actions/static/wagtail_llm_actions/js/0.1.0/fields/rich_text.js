/**
 * The writer of rich text: Draftail, Wagtail's editor. Values are its content state, as JSON.
 */

import { readContent } from '../draftail.js';
import { findBox } from '../fields.js';

/** Draftail tells nobody that its content has changed; it is asked after each change on the screen. */
const SETTLE_MS = 250;

/** What the preview shows of the server's HTML: these elements, without their attributes. */
const ELEMENTS = new Set(
  'P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE B I S SUP SUB CODE BR HR'.split(' '),
);

/**
 * @param {string} value
 * @returns {LLMActions.RawContent}
 */
const parse = (value) => JSON.parse(value || 'null') ?? { blocks: [], entityMap: {} };

/**
 * @param {string} value
 * @returns {string} the words, with a line for each block
 */
function textOf(value) {
  const { blocks, entityMap } = parse(value);
  return blocks
    .map(({ type, text, entityRanges = [] }) => {
      if (type !== 'atomic') return text;
      const { alt, title, url } = entityMap[entityRanges[0]?.key]?.data ?? {};
      return alt || title || url || '—';
    })
    .join('\n')
    .trim();
}

/**
 * Builds what an editor sees of a formatted text. Nothing else of the HTML reaches the document.
 *
 * @param {string} html
 * @returns {Node[]}
 */
export function preview(html) {
  /**
   * @param {Node} node
   * @returns {Node[]}
   */
  function copy(node) {
    if (node instanceof Text) return [document.createTextNode(node.data)];
    if (!(node instanceof Element)) return [];
    const children = Array.from(node.childNodes).flatMap(copy);
    const link = node.getAttribute('href') ?? '';
    const name = { A: 'u', EMBED: 'em' }[node.tagName];
    if (!name && !ELEMENTS.has(node.tagName)) return children;
    const element = document.createElement(name ?? node.tagName);
    element.append(...children);
    if (link) element.title = link;
    if (name === 'em') element.textContent = node.getAttribute('alt') || node.getAttribute('url');
    return [element];
  }
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return Array.from(body.childNodes).flatMap(copy);
}

/**
 * @param {LLMActions.DraftailInput} input
 * @param {string} value
 * @returns {LLMActions.ContentState}
 */
function contentOf(input, value) {
  const content = window.DraftJS.convertFromRaw(parse(value));
  const current = input.draftailEditor.getEditorState().getCurrentContent().getBlockMap();
  // A block that stays keeps its comments, which are no part of the value.
  const blockMap = content.getBlockMap().map((block) => {
    const own = current.get(block.getKey());
    const stays = own?.getText() === block.getText() && own.getType() === block.getType();
    return stays ? own : block;
  });
  return content.merge({ blockMap });
}

/**
 * Writes as a command of the editor, so that Ctrl+Z works.
 *
 * @param {LLMActions.DraftailInput} input
 * @param {LLMActions.ContentState} content
 */
function setContent(input, content) {
  const editor = input.draftailEditor;
  const { EditorState } = window.DraftJS;
  const state = EditorState.push(editor.getEditorState(), content, 'change-block-data');
  editor.onChange(state);
  // Else the form would get it a moment later, and a save at once would miss it.
  input.value = readContent(input, state);
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

/**
 * Asks the server for the values of texts: once for each, and not for every letter that is typed.
 *
 * @param {() => string} readValue
 * @returns {NonNullable<LLMActions.WritableField['prepare']>}
 */
function createPrepare(readValue) {
  let latest = '';
  /** @type {Promise<LLMActions.Outcome>} */
  let outcome;

  /**
   * @param {string} key - of the text, and of what the field holds
   * @param {number} delay - in milliseconds
   * @param {() => Promise<LLMActions.FormValue>} send
   */
  async function ask(key, delay, send) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (key !== latest) throw new Error('Another text is asked for.');
    try {
      const { value, html } = await send();
      return { value, text: textOf(value), formatted: preview(html) };
    } catch (error) {
      if (key === latest) latest = '';
      throw error;
    }
  }

  return (run, text, post) => {
    const value = readValue();
    const key = JSON.stringify([run.id, text.trim(), value]);
    if (key !== latest) {
      const delay = latest ? SETTLE_MS : 0;
      latest = key;
      outcome = ask(key, delay, () => post(run.value_url, { text, value }));
    }
    return outcome;
  };
}

/**
 * @param {LLMActions.DraftailInput} input
 * @param {Element} place
 * @returns {LLMActions.WritableField}
 */
function createField(input, place) {
  const value = () => readContent(input);
  return {
    place,
    value,
    prepare: createPrepare(value),
    read: () => textOf(value()),
    write(next) {
      const before = input.draftailEditor.getEditorState().getCurrentContent();
      setContent(input, contentOf(input, next));
      return () => setContent(input, before);
    },
    onEdit(callback) {
      let last = value();
      let timer = 0;
      const check = () => {
        const now = value();
        if (now === last) return;
        last = now;
        callback();
      };
      new MutationObserver(() => {
        clearTimeout(timer);
        timer = window.setTimeout(check, SETTLE_MS);
      }).observe(place, { subtree: true, childList: true, characterData: true });
      input.addEventListener('change', check);
    },
    maxLength: input.maxLength < 0 ? null : input.maxLength,
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, path) {
    const place = findBox(form, path);
    const input = form.elements.namedItem(path);
    const isDraftail = input instanceof HTMLInputElement && input.matches('[data-draftail-input]');
    return place && isDraftail && place.contains(input)
      ? createField(/** @type {LLMActions.DraftailInput} */ (input), place)
      : null;
  },
};
