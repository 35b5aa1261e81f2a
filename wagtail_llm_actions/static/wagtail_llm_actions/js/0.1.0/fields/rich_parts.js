/**
 * The blocks of a rich text (paragraphs, headings, list items), which are compared one by one.
 */

import { showDirectionControls } from '../dom.js';

/** The elements of blocks, by their types; a paragraph for every other. */
const BLOCKS = {
  'header-one': 'h1',
  'header-two': 'h2',
  'header-three': 'h3',
  'header-four': 'h4',
  'header-five': 'h5',
  'header-six': 'h6',
  'unordered-list-item': 'ul',
  'ordered-list-item': 'ol',
  blockquote: 'blockquote',
};

const STYLES = {
  BOLD: 'b',
  ITALIC: 'i',
  STRIKETHROUGH: 's',
  SUPERSCRIPT: 'sup',
  SUBSCRIPT: 'sub',
  CODE: 'code',
};

/** @param {LLMActions.RichPart} part */
const entitiesOf = ({ block, entityMap }) =>
  (block.entityRanges ?? []).map((range) => ({ ...range, entity: entityMap[range.key] }));

/**
 * Offsets count code points, as in Draftail's JSON.
 *
 * @param {LLMActions.RichPart} part
 * @param {number} start
 * @param {string} text
 */
function showText(part, start, text) {
  const characters = [...text];
  const end = start + characters.length;
  const ranges = [
    ...(part.block.inlineStyleRanges ?? []).map((range) => ({
      ...range,
      name: /** @type {Record<string, string>} */ (STYLES)[range.style],
      title: '',
    })),
    ...entitiesOf(part).map(({ entity, ...range }) => ({
      ...range,
      name: 'u',
      title: entity.data.url ?? '',
    })),
  ].filter(({ name }) => name);
  const ends = ranges.flatMap(({ offset, length }) => [offset, offset + length]);
  const cuts = [...new Set([start, ...ends.filter((cut) => cut > start && cut < end), end])];
  cuts.sort((one, other) => one - other);
  return cuts.slice(1).map((to, index) => {
    const from = cuts[index];
    const piece = characters.slice(from - start, to - start).join('');
    /** @type {Node} */
    const node = document.createTextNode(showDirectionControls(piece));
    return ranges
      .filter(({ offset, length }) => offset <= from && to <= offset + length)
      .reduce((inner, { name, title }) => {
        const element = document.createElement(name);
        if (title) element.title = title;
        element.append(inner);
        return element;
      }, node);
  });
}

/**
 * @param {(value: string) => LLMActions.RawContent} parse
 * @returns {LLMActions.PartKind<LLMActions.RichPart>} of contents of Draftail, as JSON
 */
export function createParts(parse) {
  return {
    isInline: false,

    split(value) {
      const { blocks, entityMap } = parse(value);
      let number = 0;
      return blocks.map((block) => {
        const { type, depth = 0, text, inlineStyleRanges = [] } = block;
        number = type === 'ordered-list-item' ? number + 1 : 0;
        const part = { key: '', text, block, entityMap, number };
        const entities = entitiesOf(part);
        if (type === 'atomic') {
          const { alt, title, url } = entities[0]?.entity.data ?? {};
          part.text = alt || title || url || '—';
        }
        const styles = inlineStyleRanges.map(({ style, offset, length }) => [
          style,
          offset,
          length,
        ]);
        const links = entities.map(({ offset, length, entity }) => [offset, length, entity]);
        part.key = JSON.stringify([type, depth, text, styles.sort(), links]);
        return part;
      });
    },

    join(parts) {
      /** @type {LLMActions.RawContent} */
      const content = { blocks: [], entityMap: {} };
      const keys = new Set();
      let number = 0;
      parts.forEach((part) => {
        const entityRanges = entitiesOf(part).map(({ entity, ...range }) => {
          const key = number;
          number += 1;
          content.entityMap[key] = entity;
          return { ...range, key };
        });
        const { key } = part.block;
        content.blocks.push({ ...part.block, key: keys.has(key) ? undefined : key, entityRanges });
        keys.add(key);
      });
      return JSON.stringify(content);
    },

    show(part, offset, text) {
      if (part.block.type === 'atomic') {
        const element = document.createElement('em');
        element.textContent = showDirectionControls(text);
        return [element];
      }
      return showText(part, offset, text);
    },

    box({ block, number }, nodes) {
      const name = /** @type {Record<string, string>} */ (BLOCKS)[block.type] ?? 'p';
      const box = document.createElement(name);
      if (block.depth) box.dataset.depth = String(block.depth);
      if (box instanceof HTMLOListElement) box.start = number;
      if (block.type.endsWith('list-item')) {
        const item = document.createElement('li');
        item.append(...nodes);
        box.append(item);
      } else box.append(...nodes);
      return box;
    },
  };
}
