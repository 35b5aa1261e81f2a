/**
 * Requests to the server. Every failure is an error whose message can be shown to an editor.
 */

import { uuid } from './dom.js';

const REQUEST_TIMEOUT_MS = 20_000;
const POLL_TOKEN_HEADER = 'X-LLM-Actions-Poll-Token';

/**
 * @param {LLMActions.RequestErrorState} state
 * @param {boolean} transient - the same request may work a moment later
 * @returns {LLMActions.RequestError}
 */
function requestError({ message, code, field_errors: fieldErrors = {} }, transient) {
  return Object.assign(new Error(message), { code, transient, fieldErrors });
}

/**
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {string} options.formKey
 * @param {string} options.runsUrl
 * @param {Pick<LLMActions.Texts, 'unreachable' | 'tooLarge' | 'unexpected'>} options.texts
 * @param {Record<string, string>} [options.extra] - further values to send with the form
 */
export function createApi({ form, formKey, runsUrl, texts, extra = {} }) {
  /**
   * @param {string} url
   * @param {Omit<RequestInit, 'headers'> & {headers?: Record<string, string>}} [options]
   * @returns {Promise<any>}
   */
  async function request(url, options = {}) {
    /** @type {Record<string, string>} */
    const headers = {
      Accept: 'application/json',
      'X-Requested-With': 'XMLHttpRequest',
      ...options.headers,
    };
    if (options.method === 'POST') {
      const { CSRF_HEADER_NAME, CSRF_TOKEN } = window.wagtailConfig;
      headers[CSRF_HEADER_NAME] = CSRF_TOKEN;
    }
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    let response;
    try {
      response = await fetch(url, { ...options, headers, signal, cache: 'no-store' });
    } catch {
      throw requestError({ message: texts.unreachable, code: 'unreachable' }, true);
    }
    const data = await response.json().catch(() => null);
    if (response.ok && data) return data;
    // Django, or a server before it, refuses a form before any code of ours can say so.
    if (!data && [400, 413].includes(response.status)) {
      throw requestError({ message: texts.tooLarge, code: 'too_large' }, false);
    }
    const transient = response.status >= 500 || response.status === 429;
    const unexpected = { message: texts.unexpected, code: 'unexpected' };
    throw requestError(data?.error ?? unexpected, transient);
  }

  // Read for each request: the first autosave of a new object rewrites it.
  const formAction = () => form.getAttribute('action') || '';

  /**
   * @param {number | null} actionId
   * @param {string} instruction
   */
  async function readForm(actionId, instruction) {
    if (form.querySelector('[data-draftail-input]')) {
      (await import('./draftail.js')).storeContents(form);
    }
    const body = new FormData(form);
    for (const [name, value] of [...body]) {
      if (value instanceof File) body.delete(name);
    }
    body.set('llm-actions-action', String(actionId));
    body.set('llm-actions-instruction', instruction);
    body.set('llm-actions-form-action', formAction());
    return body;
  }

  /** @param {string} url - of a list of this form's runs */
  const list = (url) =>
    request(`${url}?${new URLSearchParams({ form_action: formAction(), form_key: formKey })}`);

  let decided = Promise.resolve();

  return {
    /**
     * @param {string} url
     * @param {number} actionId
     * @param {string} instruction
     * @returns {Promise<LLMActions.RequestPreview>} what `startRun` would send
     */
    previewRequest: async (url, actionId, instruction) =>
      request(url, { method: 'POST', body: await readForm(actionId, instruction) }),

    /**
     * @param {number | null} actionId
     * @param {string} [instruction] - of the editor, for this run
     * @returns {Promise<LLMActions.RunState>}
     */
    async startRun(actionId, instruction = '') {
      const body = await readForm(actionId, instruction);
      body.set('llm-actions-form-key', formKey);
      body.set('llm-actions-request-id', uuid());
      Object.entries(extra).forEach(([name, value]) => body.set(name, value));
      const post = () => request(runsUrl, { method: 'POST', body });
      // The request's id makes it safe to ask again when the answer was lost on its way.
      return post().catch((error) => {
        if (error.code === 'unreachable') return post();
        throw error;
      });
    },

    /** @type {LLMActions.Poll} */
    poll({ url, token, cursors }) {
      const query = new URLSearchParams(cursors.map((cursor) => ['cursor', cursor]));
      return request(`${url}?${query}`, { headers: { [POLL_TOKEN_HEADER]: token } });
    },

    /** @type {LLMActions.Post} */
    post(url, data) {
      const body = new URLSearchParams({ ...data, 'llm-actions-form-action': formAction() });
      return request(url, { method: 'POST', body });
    },

    /** @type {(url: string) => Promise<LLMActions.PreviousTexts>} */
    listPreviousTexts: list,

    /** @type {(url: string) => Promise<LLMActions.SidePanel>} */
    listSidePanel: list,

    /**
     * @param {LLMActions.RunState} run
     * @returns {Promise<LLMActions.RunState>}
     */
    cancel: (run) => request(run.cancel_url, { method: 'POST' }),

    /**
     * Records a decision. Editors have what they want by then, so they neither wait for this nor
     * learn of its failure.
     *
     * @param {LLMActions.RunState} run
     * @param {LLMActions.Decision} decision
     * @param {string} [text] - the accepted text
     * @returns {Promise<void>} resolves in any case
     */
    decide(run, decision, text = '') {
      const body = new URLSearchParams({ decision, text });
      // `keepalive`, because whoever accepts may leave the page at once.
      const send = () => request(run.decide_url, { method: 'POST', body, keepalive: true });
      // In the order in which the decisions were made: the last one counts.
      decided = decided.then(send).then(
        () => {},
        () => {},
      );
      return decided;
    },
  };
}
