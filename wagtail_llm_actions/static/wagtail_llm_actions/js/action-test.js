/**
 * The Test panel of an action's form: tests the form as it stands, and keeps the last results side
 * by side to be compared.
 */

const MAX_RESULTS = 4;
const PARAMETERS = ['prompt_template', 'model', 'fallback_model', 'temperature', 'max_tokens'];

const root = /** @type {HTMLElement | null} */ (document.getElementById('llm-actions-test'));

/**
 * @param {ParentNode} place
 * @param {string} name
 * @returns {HTMLElement}
 */
const part = (place, name) =>
  /** @type {HTMLElement} */ (place.querySelector(`[data-part="${name}"]`));

/** The id of a click; `crypto.randomUUID` is missing on plain http. */
const requestId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

/**
 * @param {HTMLElement} element
 * @param {string} [text] hidden without
 */
function say(element, text = '') {
  element.hidden = !text;
  if (element.textContent !== text) element.textContent = text;
}

class Tester {
  /** @type {HTMLElement | null} - the result that is being written */
  result = null;

  /** @type {LLMActions.TestRun | null} */
  run = null;

  number = 0;

  stop = () => {};

  /**
   * @param {HTMLElement} panel
   * @param {LLMActions.TestModules} modules
   */
  constructor(panel, { api, run, words }) {
    this.root = panel;
    this.form = /** @type {HTMLFormElement} */ (panel.closest('form'));
    this.texts = /** @type {LLMActions.TestTexts} */ ({ ...panel.dataset });
    this.words = words;
    this.follow = run.follow;
    this.isFinal = run.isFinal;
    this.requests = api.createApi({
      form: this.form,
      formKey: '',
      runsUrl: String(panel.dataset.testsUrl),
      uuid: requestId,
      texts: this.texts,
      extra: { 'llm-actions-tested': String(panel.dataset.saved) },
    });
    panel.addEventListener('click', ({ target }) => {
      const button = /** @type {Element} */ (target).closest('[data-command]');
      if (!(button instanceof HTMLElement)) return;
      if (button.dataset.command === 'test') this.test();
      else if (button.dataset.command === 'cancel') this.cancel();
      else this.take(/** @type {HTMLElement} */ (button.closest('li')));
    });
  }

  /**
   * @param {string} name of a control of the form
   * @returns {HTMLInputElement}
   */
  control(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  async test() {
    if (this.result) return;
    this.mark({});
    this.result = this.addResult();
    this.setBusy(true);
    say(part(this.root, 'status'), this.texts.starting);
    try {
      this.news(/** @type {LLMActions.TestRun} */ (await this.requests.start(null)), '');
    } catch (error) {
      // Nothing was run, so there is no result.
      this.result.remove();
      this.number -= 1;
      this.fail(/** @type {LLMActions.RequestError} */ (error));
      return;
    }
    const run = /** @type {LLMActions.TestRun} */ (/** @type {unknown} */ (this.run));
    if (this.isFinal(run)) return;
    this.stop = this.follow([run], {
      poll: this.requests.poll,
      onNews: ([latest]) => this.news(/** @type {LLMActions.TestRun} */ (latest.run), latest.text),
      onTrouble: () => say(part(this.root, 'status'), this.texts.trouble),
      onError: (error) => this.fail(error),
    });
  }

  /** @param {LLMActions.RequestError} error */
  fail(error) {
    this.end('');
    this.mark(error.problems ?? {}, error.message);
  }

  async cancel() {
    say(part(this.root, 'status'), this.texts.cancelling);
    // The next question about the run tells the end.
    if (this.run) await this.requests.cancel(this.run).catch(() => {});
  }

  addResult() {
    this.number += 1;
    const template = /** @type {HTMLTemplateElement} */ (this.root.querySelector('template'));
    const result = /** @type {HTMLElement} */ (
      /** @type {Element} */ (template.content.firstElementChild).cloneNode(true)
    );
    const title = part(result, 'title');
    result.dataset.number = String(this.number);
    title.textContent = this.words.fill(String(title.dataset.title), { number: this.number });
    PARAMETERS.forEach((name) => {
      const { value } = this.control(name);
      result.setAttribute(`data-value-${name}`, value);
      const shown = result.querySelector(`[data-part="${name}"]`);
      const option = this.form.querySelector(`select[name="${name}"] option:checked`);
      if (shown) shown.textContent = option?.textContent ?? value;
    });
    const list = part(this.root, 'results');
    list.prepend(result);
    [...list.children].slice(MAX_RESULTS).forEach((old) => old.remove());
    return result;
  }

  /**
   * @param {LLMActions.TestRun} run
   * @param {string} text - all of it so far
   */
  news(run, text) {
    const { result, words, texts } = this;
    if (!result) return;
    this.run = run;
    const isFinal = this.isFinal(run);
    const output = part(result, 'output');
    say(output, isFinal ? run.output : text);
    output.scrollTop = isFinal ? 0 : output.scrollHeight;
    if (!isFinal) {
      const progress = words.progress(run, text, texts);
      say(part(result, 'state'), progress);
      say(part(this.root, 'status'), progress);
      return;
    }
    this.showEnd(result, run);
    this.mark(run.problems, run.problems['']);
  }

  /**
   * @param {HTMLElement} result
   * @param {LLMActions.TestRun} run
   */
  showEnd(result, run) {
    const { words, texts } = this;
    const done = run.status === 'succeeded' ? words.done(run, texts) : '';
    const state = done || (run.status === 'failed' ? texts.failed : texts.cancelled);
    say(part(result, 'state'), [state, ...Object.values(run.problems)].join(' '));
    const { input_tokens: input, output_tokens: output } = run;
    part(result, 'model').textContent = run.model;
    part(result, 'tokens').textContent =
      input === null || output === null
        ? texts.unknown
        : words.fill(texts.tokens, { input, output });
    part(result, 'cost').textContent = run.cost || texts.unknown;
    part(result, 'time').textContent =
      run.seconds === null ? '' : words.fill('{seconds} s', { seconds: run.seconds });
    part(result, 'finish').textContent = run.finish;
    const warnings = part(result, 'warnings');
    warnings.hidden = !run.warnings.length;
    warnings.replaceChildren(
      ...run.warnings.map((warning) => {
        const item = document.createElement('li');
        item.textContent = warning;
        return item;
      }),
    );
    const link = /** @type {HTMLAnchorElement} */ (part(result, 'history'));
    link.hidden = !run.history_url;
    link.href = run.history_url;
    this.end(state);
  }

  /** @param {string} status */
  end(status) {
    this.stop();
    this.result = null;
    this.run = null;
    this.setBusy(false);
    say(part(this.root, 'status'), status);
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    const test = /** @type {HTMLElement} */ (this.root.querySelector('[data-command=test]'));
    const cancel = /** @type {HTMLElement} */ (this.root.querySelector('[data-command=cancel]'));
    // Not `disabled`, which would drop the focus that is on it.
    test.ariaDisabled = String(busy);
    if (!busy && document.activeElement === cancel) test.focus();
    cancel.hidden = !busy;
  }

  /**
   * Says at the fields what is wrong with them.
   *
   * @param {Record<string, string>} problems - by the name of a field; others are not of the form
   * @param {string} [message] - what concerns no single field
   */
  mark(problems, message = '') {
    this.form.querySelectorAll('[data-llm-actions-problem]').forEach((old) => {
      const name = String(old.getAttribute('data-llm-actions-problem'));
      this.control(name)?.removeAttribute('aria-invalid');
      old.remove();
    });
    say(part(this.root, 'problem'), message);
    Object.entries(problems).forEach(([name, problem]) => {
      const control = name ? this.control(name) : null;
      const place = control?.closest('[data-field]')?.querySelector('[data-field-errors]');
      if (!control || !place) return;
      const line = document.createElement('p');
      line.className = 'error-message';
      line.textContent = problem;
      line.setAttribute('data-llm-actions-problem', name);
      place.append(line);
      control.setAttribute('aria-invalid', 'true');
    });
  }

  /** @param {HTMLElement} result */
  take(result) {
    PARAMETERS.forEach((name) => {
      const control = this.control(name);
      control.value = String(result.getAttribute(`data-value-${name}`));
      control.dispatchEvent(new Event('input', { bubbles: true }));
      control.dispatchEvent(new Event('change', { bubbles: true }));
    });
    const { number } = result.dataset;
    const sentence = this.words.fill(this.texts.taken, { number: Number(number) });
    say(part(this.root, 'status'), sentence);
  }
}

/** @param {HTMLElement} panel */
async function start(panel) {
  const names = ['api', 'run', 'words'];
  const loaded = await Promise.all(
    names.map((name) => import(String(panel.dataset[`${name}Module`]))),
  );
  const modules = Object.fromEntries(names.map((name, index) => [name, loaded[index]]));
  const tester = new Tester(panel, /** @type {LLMActions.TestModules} */ (modules));
  // The list's Test icon leads here.
  if (window.location.hash === '#llm-actions-test') tester.control('test_input').focus();
}

if (root) start(root);
