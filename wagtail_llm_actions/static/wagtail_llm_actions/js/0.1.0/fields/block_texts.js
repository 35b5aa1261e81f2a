/**
 * The writer of the texts of a StreamField's blocks: of each into its own control, so that all else of
 * the field stays as it is. Blocks are inserted and deleted by Wagtail's own widget. A value is what the
 * form holds, or a list of changes, as JSON.
 */

import { showDirectionControls } from '../dom.js';
import { isContent } from '../draftail.js';
import { findBox, withDefaults } from '../fields.js';
import { BLOCK, BOX, isGone, ownInput } from '../items.js';
import { createSequences } from './block_sequences.js';
import { createPrepare } from './conversion.js';
import richText, { parse, textOf } from './rich_text.js';
import { textOf as textOfBlocks } from './stream.js';
import plainText from './text.js';

const STEP = '[data-contentpath], [data-contentpath-disabled]';

/**
 * @param {Element} box - around an input
 * @param {Element} place - of the field
 * @returns {string[]} the names on the way to the block; the entries of a list have none
 */
function namesOf(box, place) {
  const names = [];
  let step = box.closest(STEP);
  while (step && place.contains(step)) {
    const isBlock = step.matches(BLOCK);
    const name = isBlock ? ownInput(step, 'type').value : step.getAttribute('data-contentpath');
    if (name) names.unshift(name);
    step = step.parentElement?.closest(STEP) ?? null;
  }
  return names;
}

/**
 * @param {HTMLFormElement} form
 * @param {Element} place
 */
function findTexts(form, place) {
  return Array.from(place.querySelectorAll(BOX)).flatMap((box) => {
    const name = box.querySelector('[name]')?.getAttribute('name');
    const owner = box.closest(BLOCK);
    if (!name || !owner || isGone(owner) || box.querySelector(BOX)) return [];
    const field = plainText.find(form, name) ?? richText.find(form, name);
    const { value: id } = ownInput(owner, 'id');
    return field && id ? [{ names: namesOf(box, place), id, field: withDefaults(field) }] : [];
  });
}

/**
 * Asks Wagtail's own store, as the form has no comment that is still being typed.
 *
 * @returns {string[]} the names and ids on the way to each open comment
 */
function commentedSteps() {
  const app = window.comments?.commentApp;
  if (!app) return [];
  return [...app.selectors.selectComments(app.store.getState()).values()]
    .filter(({ deleted, resolved }) => !deleted && !resolved)
    .flatMap(({ contentpath }) => contentpath.split('.'));
}

/** @param {LLMActions.BlockChange} change */
const keyOf = ({ names, id, delete: isDeletion = false }) =>
  JSON.stringify([names, id, isDeletion]);

/** @param {LLMActions.BlockChange} change */
function shownText({ value = '', insert }) {
  if (insert) return textOfBlocks(insert);
  return isContent(value) ? textOf(value) : value;
}

/**
 * @param {LLMActions.HeldBlocks} held
 * @returns {(text: LLMActions.BlockChange) => string[]} the ids of all blocks around a text
 */
function blocksAround({ blocks }) {
  const within = new Map(blocks.map((block) => [block.id, block.within]));
  return ({ id }) => {
    /** @type {string[]} */
    const ids = [];
    for (let next = id; next && !ids.includes(next); next = within.get(next) ?? '') ids.push(next);
    return ids;
  };
}

/** @param {LLMActions.PartKind<LLMActions.RichPart>} rich */
function createKind(rich) {
  /** @type {LLMActions.PartKind<LLMActions.BlockTextPart>} */
  const kind = {
    isInline: false,

    split(value) {
      /** @type {LLMActions.BlockChange[] | LLMActions.HeldBlocks} */
      const parsed = JSON.parse(value || '[]');
      const isProposed = Array.isArray(parsed);
      const around = isProposed ? () => [] : blocksAround(parsed);
      return (isProposed ? parsed : parsed.texts).map((change) => {
        const lines = isContent(change.value ?? '') ? rich.split(String(change.value)) : [];
        const text = lines.length ? lines.map((line) => line.text).join('\n') : shownText(change);
        // New blocks get new ids whenever the server is asked.
        const key = (change.insert ? `${change.label}: ${text}` : keyOf(change)) + change.run;
        return { key, text, lines, change, isProposed, around: around(change) };
      });
    },

    // What is proposed are changes alone, each of what is there.
    compare: (before, after) =>
      after.map((next) => {
        const { change } = next;
        const old = change.delete
          ? joined(before.filter(({ around }) => around.includes(change.id)))
          : before.find((part) => keyOf(part.change) === keyOf(change));
        if (old) old.change.label = change.block ?? change.label;
        const isSame = Boolean(change.refused) || !(old || change.insert);
        return { isSame, before: old && !isSame ? [old] : [], after: [next] };
      }),

    words: ({ after: [{ change }] }) => ({ ...change, suffix: `: ${change.label}` }),

    // What is left out is not written: it may be edited before the rest is accepted.
    join: (parts) =>
      JSON.stringify(parts.filter(({ isProposed }) => isProposed).map(({ change }) => change)),

    show(part, offset, text) {
      if (!part.lines.length) return [document.createTextNode(showDirectionControls(text))];
      const end = offset + [...text].length;
      let start = 0;
      return part.lines.flatMap((line) => {
        const characters = [...line.text];
        const [from, to] = [Math.max(offset - start, 0), Math.min(end - start, characters.length)];
        const nodes = from < to ? rich.show(line, from, characters.slice(from, to).join('')) : [];
        start += characters.length + 1;
        const hasBreak = offset < start && start <= end;
        return hasBreak ? [...nodes, document.createTextNode('\n')] : nodes;
      });
    },

    box({ change }, nodes) {
      const box = document.createElement('div');
      const label = document.createElement('strong');
      const text = document.createElement('p');
      label.textContent = change.label ?? '';
      if (change.refused) {
        const reason = document.createElement('em');
        reason.textContent = change.refused;
        text.append(reason);
      } else text.append(...nodes);
      box.append(label, text);
      return box;
    },
  };
  return kind;
}

/**
 * @param {LLMActions.BlockTextPart[]} parts
 * @returns {LLMActions.BlockTextPart | undefined} all of them as one, without their formatting
 */
function joined(parts) {
  const [first] = parts;
  const text = parts.map((part) => part.text).join('\n');
  return first && { ...first, change: { ...first.change }, lines: [], text };
}

/** A change in many blocks at once is one. */
const SETTLE_MS = 250;

/**
 * @param {HTMLFormElement} form
 * @param {Element} place
 * @param {LLMActions.BlockSequences} sequences
 * @returns {LLMActions.WritableField}
 */
function createField(form, place, sequences) {
  function texts() {
    // Which gives ids to those that need one.
    sequences.rows();
    return findTexts(form, place);
  }
  const value = () =>
    JSON.stringify({
      texts: texts().map(({ names, id, field }) => ({ names, id, value: field.value() })),
      blocks: sequences.rows(),
      commented: commentedSteps(),
    });
  const prepare = createPrepare(value, (answer) =>
    /** @type {LLMActions.BlockChange[]} */ (JSON.parse(answer.value))
      .map(shownText)
      .filter(Boolean)
      .join('\n\n'),
  );

  return {
    place,
    value,
    read: () =>
      texts()
        .map(({ field }) => field.read())
        .filter(Boolean)
        .join('\n\n'),
    async prepare(run, text, post) {
      const outcome = await prepare(run, text, post);
      const changes = /** @type {LLMActions.BlockChange[]} */ (JSON.parse(outcome.value));
      // What is left out of one proposal may be taken of another.
      return {
        ...outcome,
        value: JSON.stringify(changes.map((each) => ({ ...each, run: run.id }))),
      };
    },
    async loadTextParts() {
      // The second one at once, so that a click leaves out what is shown then.
      const [{ createParts }] = await Promise.all([
        import('./rich_parts.js'),
        import('../choices.js'),
      ]);
      return createKind(createParts(parse));
    },
    write(next) {
      /** @type {LLMActions.BlockChange[]} */
      const changes = JSON.parse(next);
      const active = document.activeElement;
      const blocksBefore = sequences.apply(changes);
      const found = new Map(texts().map((text) => [keyOf(text), text.field]));
      /** @type {LLMActions.BlockChange[]} */
      const textsBefore = [];
      const undo = changes.flatMap(({ names, id, value: written }) => {
        const field = found.get(keyOf({ names, id }));
        if (!field || written === undefined || field.value() === written) return [];
        textsBefore.push({ names, id, value: field.value() });
        return [field.write(written)];
      });
      // Else it would be in the last text, far from the card.
      if (active instanceof HTMLElement) active.focus({ preventScroll: true });
      const takeBack = () => {
        undo.reverse().forEach((each) => each());
        sequences.apply(blocksBefore);
      };
      return Object.assign(takeBack, { before: JSON.stringify([...blocksBefore, ...textsBefore]) });
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
      const wait = () => {
        clearTimeout(timer);
        timer = window.setTimeout(check, SETTLE_MS);
      };
      new MutationObserver(wait).observe(place, {
        subtree: true,
        childList: true,
        characterData: true,
        attributeFilter: ['aria-hidden'],
      });
      place.addEventListener('input', wait);
      place.addEventListener('change', wait);
    },
  };
}

/** @type {LLMActions.FieldWriter} */
export default {
  find(form, path) {
    const name = path.replace(/:\*$/, '');
    const place = findBox(form, `${name}-count`);
    const widget = window.wagtail?.editHandler?.getPanelByName?.(name)?.getBoundWidget?.();
    return place ? createField(form, place, createSequences(place, widget)) : null;
  },
};
