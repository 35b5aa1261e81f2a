/** What changes between two texts. */

/** Where less than this share of a text stays, the few words that do are a coincidence. */
const LEAST_IN_COMMON = 0.25;

/** The time grows with the product of both lengths: beyond this, all of it has changed. */
const MAX_CELLS = 4_000_000;

/**
 * Aligns two lists by their longest common subsequence; items with the same key are the same.
 *
 * @type {LLMActions.Align}
 */
export function align(before, after, keyOf = String) {
  const a = before.map(keyOf);
  const b = after.map(keyOf);
  const width = b.length + 1;
  const isComparable = a.length * b.length < MAX_CELLS;
  /** The length of the longest common subsequence of what follows. */
  const common = new Uint32Array(isComparable ? (a.length + 1) * width : 0);
  for (let i = a.length - 1; isComparable && i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      common[here] =
        a[i] === b[j]
          ? common[here + width + 1] + 1
          : Math.max(common[here + width], common[here + 1]);
    }
  }
  /** @type {LLMActions.Hunk<any>[]} */
  const hunks = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const here = i * width + j;
    const isSame = isComparable && i < a.length && a[i] === b[j];
    const removes =
      isSame || j === b.length || (i < a.length && common[here + width] >= common[here + 1]);
    if (hunks.at(-1)?.isSame !== isSame) hunks.push({ isSame, before: [], after: [] });
    const hunk = hunks[hunks.length - 1];
    if (removes) hunk.before.push(before[i]);
    if (isSame || !removes) hunk.after.push(after[j]);
    i += Number(removes);
    j += Number(isSame || !removes);
  }
  return hunks;
}

/**
 * Finds words also in scripts that put no space between them. Firefox got this late.
 *
 * @param {string} text
 */
function words(text) {
  if (!Intl.Segmenter) return text.split(/(\s+)/);
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

/** @type {(before: string, after: string) => LLMActions.Hunk<string>[]} */
export function compareWords(before, after) {
  /** @type {LLMActions.Hunk<string>[]} */
  const hunks = [];
  let kept = 0;
  align(words(before), words(after)).forEach((hunk, index, all) => {
    const isBetween = index > 0 && index < all.length - 1;
    // White space and commas between two changes are no text that stays.
    const isSame = hunk.isSame && !(isBetween && !/[\p{L}\p{N}]/u.test(hunk.before.join('')));
    if (isSame) kept += hunk.before.join('').length;
    const last = hunks.at(-1);
    if (last && last.isSame === isSame) {
      last.before.push(...hunk.before);
      last.after.push(...hunk.after);
    } else hunks.push({ ...hunk, isSame });
  });
  if (kept >= LEAST_IN_COMMON * Math.max(before.length, after.length)) return hunks;
  return [{ isSame: false, before: [before], after: [after] }];
}

/**
 * The smallest changes that can be taken or left.
 *
 * @type {LLMActions.CompareParts}
 */
export function compareParts(before, after) {
  return align(before, after, ({ key }) => key).flatMap((hunk) => {
    const { isSame, before: old, after: next } = hunk;
    const isSplit = !isSame && (old.length === next.length || !old.length || !next.length);
    if (!isSplit) return [hunk];
    return Array.from({ length: Math.max(old.length, next.length) }, (_, index) => ({
      isSame,
      before: old.slice(index, index + 1),
      after: next.slice(index, index + 1),
    }));
  });
}

/** A full stop after these ends no sentence: initials, titles, "e.g.", "z. B." */
const ABBREVIATION =
  /(?:^|[\s(.])(?:\p{L}|Dr|Mr|Mrs|Ms|Mme|Mlle|Sr|Sra|Prof|St|No|Nr|Hr|Fr|vs|etc|bzw|ca)\.\s*$/u;

/**
 * @param {string} text
 * @returns {string[]} the whole of it, cut behind each sentence and the white space after it
 */
export function sentences(text) {
  const language = document.documentElement.lang || undefined;
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  /** @type {string[]} */
  const found = [];
  for (const { segment } of segmenter.segment(text)) {
    const last = found.at(-1);
    // A blank line belongs to the sentence before it.
    const [blank] = last ? (/^\s*/.exec(segment) ?? ['']) : [''];
    const rest = segment.slice(blank.length);
    const goesOn = last !== undefined && (!last.trim() || ABBREVIATION.test(last));
    if (goesOn) found[found.length - 1] += segment;
    else {
      if (blank) found[found.length - 1] += blank;
      if (rest) found.push(rest);
    }
  }
  return found;
}
