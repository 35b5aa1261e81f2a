/** What changes between two texts. */

/** The few words that stay are a coincidence where less of a text does. */
const LEAST_IN_COMMON = 0.25;

/** Of two versions of a sentence. */
const LEAST_LIKENESS = 0.35;

/** Takes 0.1 s; beyond, all has changed. */
const MAX_CELLS = 2_000_000;

/** The likeness of parts takes longer. */
const MAX_LIKENESSES = 40_000;

/** @type {LLMActions.Align} */
function align(before, after, scoreOf) {
  const width = after.length + 1;
  const isComparable = before.length * after.length < MAX_CELLS;
  // The highest sums for what follows.
  const sums = new Float64Array(isComparable ? (before.length + 1) * width : 0);
  for (let i = before.length - 1; isComparable && i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const here = i * width + j;
      const paired = scoreOf(before[i], after[j]) + sums[here + width + 1];
      sums[here] = Math.max(paired, sums[here + width], sums[here + 1]);
    }
  }
  /** @type {any[]} */
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const here = i * width + j;
    const canPair = isComparable && i < before.length && j < after.length;
    const score = canPair ? scoreOf(before[i], after[j]) : 0;
    const isPair = score > 0 && sums[here] === score + sums[here + width + 1];
    const isRemoved =
      j === after.length || (i < before.length && !(sums[here + width] < sums[here]));
    const takesOld = isPair || isRemoved;
    const takesNew = isPair || !isRemoved;
    pairs.push([takesOld ? before[i] : undefined, takesNew ? after[j] : undefined]);
    i += Number(takesOld);
    j += Number(takesNew);
  }
  return pairs;
}

/** @param {string} text */
function words(text) {
  // Finds words also where there is no space between them. Firefox got it late.
  if (!Intl.Segmenter) return text.split(/(\s+)/);
  const segments = new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

const isWord = (/** @type {string} */ text) => /[\p{L}\p{N}]/u.test(text);

/** @type {LLMActions.AddHunk} */
function add(hunks, { isSame, before, after }) {
  const last = hunks.at(-1);
  if (last?.isSame !== isSame) hunks.push({ isSame, before: [...before], after: [...after] });
  else {
    last.before.push(...before);
    last.after.push(...after);
  }
}

/** @type {(before: string, after: string) => LLMActions.Hunk<string>[]} */
export function compareWords(before, after) {
  /** @type {LLMActions.Hunk<string>[]} */
  const found = [];
  for (const [old, next] of align(words(before), words(after), (a, b) => Number(a === b))) {
    add(found, {
      isSame: old !== undefined && next !== undefined,
      before: old === undefined ? [] : [old],
      after: next === undefined ? [] : [next],
    });
  }
  /** @type {LLMActions.Hunk<string>[]} */
  const hunks = [];
  found.forEach((hunk, index) => {
    const isBetween = index > 0 && index < found.length - 1;
    // White space and commas between two changes are no text that stays.
    const isSame = hunk.isSame && !(isBetween && !isWord(hunk.before.join('')));
    add(hunks, { ...hunk, isSame });
  });
  const kept = hunks.flatMap((hunk) => (hunk.isSame ? hunk.before : [])).join('').length;
  if (kept >= LEAST_IN_COMMON * Math.max(before.length, after.length)) return hunks;
  return [{ isSame: false, before: [before], after: [after] }];
}

/** @type {LLMActions.CompareParts} */
export function compareParts(before, after) {
  const wordsOf = new Map(
    [...before, ...after].map((part) => [
      part,
      new Set(words(part.text.toLowerCase()).filter(isWord)),
    ]),
  );
  const hasLikeness = before.length * after.length < MAX_LIKENESSES;
  const score = (
    /** @type {LLMActions.TextPart} */ old,
    /** @type {LLMActions.TextPart} */ next,
  ) => {
    if (old.key === next.key) return 2;
    const [one, other] = [wordsOf.get(old) ?? new Set(), wordsOf.get(next) ?? new Set()];
    if (!hasLikeness || !one.size) return 0;
    const common = [...one].filter((word) => other.has(word)).length;
    const likeness = (2 * common) / (one.size + other.size);
    return likeness < LEAST_LIKENESS ? 0 : likeness;
  };
  /** @type {LLMActions.Hunk<LLMActions.TextPart>[]} */
  const hunks = [];
  /** @type {LLMActions.Hunk<LLMActions.TextPart>} */
  let gap = { isSame: false, before: [], after: [] };
  function closeGap() {
    const { before: old, after: next } = gap;
    const isReplaced = old.length && next.length && old.length !== next.length;
    if (isReplaced) hunks.push(gap);
    for (let i = 0; !isReplaced && i < Math.max(old.length, next.length); i += 1) {
      hunks.push({ ...gap, before: old.slice(i, i + 1), after: next.slice(i, i + 1) });
    }
    gap = { isSame: false, before: [], after: [] };
  }
  for (const [old, next] of align(before, after, score)) {
    if (old && next) {
      closeGap();
      const hunk = { isSame: old.key === next.key, before: [old], after: [next] };
      if (hunk.isSame) add(hunks, hunk);
      else hunks.push(hunk);
    } else if (old) gap.before.push(old);
    else if (next) gap.after.push(next);
  }
  closeGap();
  return hunks;
}

/** A full stop after these ends no sentence. */
const ABBREVIATION =
  /(?:^|[\s(.])(?:\p{L}|Dr|Mr|Mrs|Ms|Mme|Mlle|Sr|Sra|Prof|St|No|Nr|Hr|Fr|vs|etc|bzw|ca)\.\s*$/u;

/** @type {(text: string) => string[]} - with the white space after each */
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
