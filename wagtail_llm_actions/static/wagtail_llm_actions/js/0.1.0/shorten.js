/**
 * Cuts a text that is too long for its field.
 */

/** A full stop after these ends no sentence: initials, titles, "e.g.", "z. B." */
const ABBREVIATION =
  /(?:^|[\s(.])(?:\p{L}|Dr|Mr|Mrs|Ms|Mme|Mlle|Sr|Sra|Prof|St|No|Nr|Hr|Fr|vs|etc|bzw|ca)\.\s*$/u;

/**
 * @param {string} text
 * @param {Intl.SegmenterOptions['granularity']} granularity
 * @returns {string[]} the beginnings of a text that end with a whole sentence, or word; longest first
 */
function beginnings(text, granularity) {
  const language = document.documentElement.lang || undefined;
  const segments = new Intl.Segmenter(language, { granularity }).segment(text);
  return Array.from(segments, ({ index, segment, isWordLike }) =>
    isWordLike === false ? '' : text.slice(0, index + segment.length),
  )
    .filter((part) => part.trim() && (granularity === 'word' || !ABBREVIATION.test(part)))
    .map((part) => part.trimEnd())
    .reverse();
}

/**
 * @param {string} text
 * @param {(part: string) => boolean} fits
 * @returns {string} as many whole sentences as fit; where no sentence does, as many words; else empty
 */
export function shorten(text, fits) {
  return beginnings(text, 'sentence').find(fits) ?? beginnings(text, 'word').find(fits) ?? '';
}
