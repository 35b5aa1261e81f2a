/**
 * The playground on an action's form: runs the form as it stands, and keeps the latest results side
 * by side for comparison.
 */

import { createApi } from './api.js';
import { clone, getPart, readTexts, showLink, showText } from './dom.js';
import { doneMessage, fillIn, progressMessage } from './messages.js';
import { followRuns, isFinal } from './polling.js';

const MAX_RESULTS = 4;
const PARAMETERS = ['prompt_template', 'model', 'fallback_model', 'temperature', 'max_tokens'];

class Playground {
  /** @type {HTMLElement | null} - the result that is being written */
  result = null;

  /** @type {LLMActions.PlaygroundRun | null} */
  run = null;

  /** The number of the latest result. */
  number = 0;

  stopPolling = () => {};

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.form = /** @type {HTMLFormElement} */ (root.closest('form'));
    this.texts = /** @type {LLMActions.PlaygroundTexts} */ (readTexts(root));
    this.api = createApi({
      form: this.form,
      formKey: '',
      runsUrl: String(root.dataset.runsUrl),
      texts: this.texts,
      extra: { 'llm-actions-saved-action': String(root.dataset.savedAction) },
    });
    root.addEventListener('click', ({ target }) => {
      const button = /** @type {Element} */ (target).closest('[data-command]');
      if (!(button instanceof HTMLElement)) return;
      const { command } = button.dataset;
      if (command === 'test') this.test();
      else if (command === 'cancel') this.cancel();
      else this.useParameters(/** @type {HTMLElement} */ (button.closest('li')));
    });
  }

  /**
   * @param {string} name - of a control of the form
   * @returns {HTMLInputElement}
   */
  control(name) {
    return /** @type {HTMLInputElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {string} status */
  setStatus(status) {
    showText(getPart(this.root, 'status'), status);
  }

  async test() {
    if (this.result) return;
    this.showErrors({});
    this.result = this.addResult();
    this.setBusy(true);
    this.setStatus(this.texts.starting);
    let run;
    try {
      run = /** @type {LLMActions.PlaygroundRun} */ (await this.api.startRun(null));
    } catch (error) {
      // Nothing was run, so there is no result.
      this.result.remove();
      this.number -= 1;
      this.fail(/** @type {LLMActions.RequestError} */ (error));
      return;
    }
    this.update(run, '');
    if (isFinal(run)) return;
    this.stopPolling = followRuns([run], {
      poll: this.api.poll,
      onUpdate: ([update]) =>
        this.update(/** @type {LLMActions.PlaygroundRun} */ (update.run), update.text),
      onConnectionLost: () => this.setStatus(this.texts.connectionLost),
      onError: (error) => this.fail(error),
    });
  }

  /** @param {LLMActions.RequestError} error */
  fail(error) {
    this.end('');
    this.showErrors(error.fieldErrors, error.message);
  }

  async cancel() {
    this.setStatus(this.texts.cancelling);
    // The next poll brings the end.
    if (this.run) await this.api.cancel(this.run).catch(() => {});
  }

  addResult() {
    this.number += 1;
    const template = /** @type {HTMLTemplateElement} */ (this.root.querySelector('template'));
    const { root: result, part } = clone(template);
    const title = part('title');
    result.dataset.number = String(this.number);
    title.textContent = fillIn(String(title.dataset.title), { number: this.number });
    PARAMETERS.forEach((name) => {
      const { value } = this.control(name);
      result.setAttribute(`data-value-${name}`, value);
      const shown = result.querySelector(`[data-part="${name}"]`);
      const option = this.form.querySelector(`select[name="${name}"] option:checked`);
      if (shown) shown.textContent = option?.textContent ?? value;
    });
    const list = getPart(this.root, 'results');
    list.prepend(result);
    [...list.children].slice(MAX_RESULTS).forEach((old) => old.remove());
    return result;
  }

  /**
   * @param {LLMActions.PlaygroundRun} run
   * @param {string} text - all text so far
   */
  update(run, text) {
    const { result, texts } = this;
    if (!result) return;
    this.run = run;
    const output = getPart(result, 'output');
    showText(output, isFinal(run) ? run.output : text);
    output.scrollTop = isFinal(run) ? 0 : output.scrollHeight;
    if (!isFinal(run)) {
      const progress = progressMessage(run, text, texts);
      showText(getPart(result, 'state'), progress);
      this.setStatus(progress);
      return;
    }
    this.showEnd(result, run);
    this.showErrors(run.field_errors, run.field_errors['']);
  }

  /**
   * @param {HTMLElement} result
   * @param {LLMActions.PlaygroundRun} run
   */
  showEnd(result, run) {
    const { texts } = this;
    const { input_tokens: input, output_tokens: output } = run;
    const done = run.status === 'succeeded' ? doneMessage(run, texts) : '';
    const isUnchanged = run.error?.code === 'nothing_to_change';
    const failed = isUnchanged ? String(run.error?.message) : texts.failed;
    const state = done || (run.status === 'failed' ? failed : texts.cancelled);
    const hasTokens = input !== null && output !== null;
    /** @type {Record<string, string>} */
    const facts = {
      model: run.model_label,
      tokens: hasTokens ? fillIn(texts.tokens, { input, output }) : texts.unknown,
      cost: run.cost || texts.unknown,
      time: run.seconds === null ? '' : fillIn('{seconds} s', { seconds: run.seconds }),
      'finish-reason': run.finish_reason_label,
    };
    showText(getPart(result, 'state'), [state, ...Object.values(run.field_errors)].join(' '));
    // Not everybody may see costs.
    if (!result.querySelector('[data-part=cost]')) delete facts.cost;
    Object.entries(facts).forEach(([name, fact]) => {
      getPart(result, name).textContent = fact;
    });
    const warnings = getPart(result, 'warnings');
    warnings.hidden = !run.warnings.length;
    warnings.classList.toggle('llm-actions-playground__warnings--neutral', isUnchanged);
    warnings.replaceChildren(
      ...run.warnings.map((warning) => {
        const item = document.createElement('li');
        item.textContent = warning;
        return item;
      }),
    );
    showLink(getPart(result, 'history'), run.history_url);
    this.end(state);
  }

  /** @param {string} status */
  end(status) {
    this.stopPolling();
    this.result = null;
    this.run = null;
    this.setBusy(false);
    this.setStatus(status);
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
   * Shows errors at the fields that they belong to.
   *
   * @param {Record<string, string>} errors - by the name of a field
   * @param {string} [message] - of the form as a whole
   */
  showErrors(errors, message = '') {
    this.form.querySelectorAll('[data-llm-actions-error]').forEach((old) => {
      const name = String(old.getAttribute('data-llm-actions-error'));
      this.control(name)?.removeAttribute('aria-invalid');
      old.remove();
    });
    showText(getPart(this.root, 'error'), message);
    Object.entries(errors).forEach(([name, error]) => {
      const control = name ? this.control(name) : null;
      const list = control?.closest('[data-field]')?.querySelector('[data-field-errors]');
      if (!control || !list) return;
      const line = document.createElement('p');
      line.className = 'error-message';
      line.textContent = error;
      line.setAttribute('data-llm-actions-error', name);
      list.append(line);
      control.setAttribute('aria-invalid', 'true');
    });
  }

  /** @param {HTMLElement} result */
  useParameters(result) {
    PARAMETERS.forEach((name) => {
      const control = this.control(name);
      control.value = String(result.getAttribute(`data-value-${name}`));
      control.dispatchEvent(new Event('input', { bubbles: true }));
      control.dispatchEvent(new Event('change', { bubbles: true }));
    });
    this.setStatus(fillIn(this.texts.parametersUsed, { number: Number(result.dataset.number) }));
  }
}

const root = document.getElementById('llm-actions-playground');

if (root) {
  const playground = new Playground(root);
  // The Test button in the list of actions links here. Wagtail opens the tab first.
  window.addEventListener('load', () => {
    if (window.location.hash === `#${root.id}`) playground.control('test_input').focus();
  });
}
