/**
 * Puts a run into words. The sentences come translated from the card's template.
 */

/**
 * @param {string} sentence
 * @param {Record<string, string | number>} values - for the names in braces
 */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => localize(values[name]));
}

/** @param {string | number} value */
function localize(value) {
  if (typeof value === 'string') return value;
  const language = document.documentElement.lang || undefined;
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
}

/**
 * @param {LLMActions.Run} run - queued or running
 * @param {string} text - what it has written so far
 * @param {LLMActions.Texts} texts
 */
export function progress(run, text, texts) {
  if (run.waiting) return run.waiting;
  if (run.status === 'running') return text ? texts.writing : texts.waiting;
  return run.ahead ? fill(texts.queued, { number: run.ahead }) : texts.next;
}

/**
 * @param {LLMActions.Run} run - succeeded
 * @param {LLMActions.Texts} texts
 */
export function done(run, texts) {
  return run.seconds === null ? texts.done : fill(texts.doneIn, { seconds: run.seconds });
}

/**
 * The small print: who wrote this, how much of it, and what it cost.
 *
 * @param {LLMActions.Run} run
 * @param {LLMActions.Texts} texts
 */
export function details(run, texts) {
  const { input_tokens: input, output_tokens: output } = run;
  const tokens = input === null || output === null ? '' : fill(texts.tokens, { input, output });
  return [run.model, tokens, run.cost].filter(Boolean).join(' · ');
}

/**
 * @param {LLMActions.Size} size - of the proposal
 * @param {LLMActions.Texts} texts
 */
export function length({ count, limit, tooLong }, texts) {
  return limit === null ? '' : fill(tooLong ? texts.tooLong : texts.length, { count, limit });
}
