/**
 * What changes between the field's text and a proposal, word by word.
 */

/** Where less than this share of the text stays, the few words that do are a coincidence. */
const LEAST_IN_COMMON = 0.25;

/** Two long and very different texts could take seconds. */
const TIMEOUT_MS = 200;

/**
 * @param {LLMActions.DiffLibrary} library
 * @param {string} before
 * @param {string} after
 * @returns {LLMActions.Change[]}
 */
export function compareWith(library, before, after) {
  const changes = library.diffWords(before, after, {
    timeout: TIMEOUT_MS,
    // Finds words also in scripts that put no space between them. Firefox got it late.
    intlSegmenter: Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: 'word' }),
  });
  const kept = (changes ?? [])
    .filter(({ added, removed }) => !added && !removed)
    .reduce((sum, { value }) => sum + value.length, 0);
  if (changes && kept >= LEAST_IN_COMMON * Math.max(before.length, after.length)) return changes;
  return [
    { value: before, added: false, removed: true },
    { value: after, added: true, removed: false },
  ];
}

/**
 * @param {string} url - of the library, which is fetched when it is needed first
 * @returns {(before: string, after: string) => Promise<LLMActions.Change[]>} without changes
 *   where the library cannot be had
 */
export function createCompare(url) {
  /** @type {Promise<LLMActions.DiffLibrary> | undefined} */
  let loading;

  async function load() {
    // The library puts itself on `window`, where somebody else's version may stand.
    const other = window.Diff;
    await import(url);
    const library = /** @type {LLMActions.DiffLibrary} */ (window.Diff);
    window.Diff = other;
    return library;
  }

  return async (before, after) => {
    try {
      loading ??= load();
      return compareWith(await loading, before, after);
    } catch {
      return [];
    }
  };
}
