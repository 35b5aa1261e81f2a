/** Sentences about a run, translated in the templates. */

/** @type {(sentence: string, values: Record<string, string | number>) => string} */
export function fillIn(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => localize(values[name]));
}

/** @param {string | number} value */
function localize(value) {
  if (typeof value === 'string') return value;
  const language = document.documentElement.lang || undefined;
  return new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value);
}

/** @type {(run: LLMActions.RunState, text: string, texts: LLMActions.Texts) => string} */
export function progressMessage(run, text, texts) {
  if (run.retry_message) return run.retry_message;
  if (run.status === 'running') {
    if (run.is_repairing) return texts.repairing;
    if (text) return texts.writing;
    return run.is_reasoning ? texts.thinking : texts.waiting;
  }
  if (run.is_starting) return texts.starting;
  return run.queue_position ? fillIn(texts.queued, { number: run.queue_position }) : texts.next;
}

/** @type {(run: LLMActions.RunState, texts: LLMActions.Texts) => string} */
export function doneMessage(run, texts) {
  return run.seconds === null ? texts.done : fillIn(texts.doneIn, { seconds: run.seconds });
}

/**
 * Model, tokens and cost of a run, and what all candidates of its click cost, in one line.
 *
 * @type {(run: LLMActions.RunState, texts: LLMActions.Texts, clickCost?: string) => string}
 */
export function runDetails(run, texts, clickCost = '') {
  const { input_tokens: input, output_tokens: output } = run;
  const tokens = input === null || output === null ? '' : fillIn(texts.tokens, { input, output });
  const all = clickCost && fillIn(texts.clickCost, { cost: clickCost });
  return [run.model_label, tokens, run.cost, all].filter(Boolean).join(' · ');
}

/** @type {(size: LLMActions.Size, texts: LLMActions.Texts) => string} */
export function lengthMessage({ count, limit, tooLong }, texts) {
  return limit === null ? '' : fillIn(tooLong ? texts.tooLong : texts.length, { count, limit });
}
