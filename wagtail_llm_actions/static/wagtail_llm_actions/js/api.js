/**
 * The requests to the server. Every failure is an error whose message can be shown to an editor.
 */

const REQUEST_TIMEOUT_MS = 20_000;

/**
 * @param {string} message
 * @param {string} code
 * @param {boolean} transient - whether the same request may work a moment later
 * @param {Record<string, string>} [problems] - by the name of a field of the form
 * @returns {LLMActions.RequestError}
 */
function requestError(message, code, transient, problems) {
  return Object.assign(new Error(message), { code, transient }, problems && { problems });
}

/**
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {string} options.formKey
 * @param {string} options.runsUrl
 * @param {() => string} options.uuid
 * @param {Pick<LLMActions.Texts, 'unreachable' | 'tooLarge' | 'unexpected'>} options.texts
 * @param {Record<string, string>} [options.extra] - what else goes with the form
 */
export function createApi({ form, formKey, runsUrl, uuid, texts, extra = {} }) {
  /**
   * @param {string} url
   * @param {RequestInit} [options]
   * @returns {Promise<LLMActions.Run>}
   */
  async function request(url, options = {}) {
    /** @type {Record<string, string>} */
    const headers = { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' };
    if (options.method === 'POST') {
      const { CSRF_HEADER_NAME, CSRF_TOKEN } = window.wagtailConfig;
      headers[CSRF_HEADER_NAME] = CSRF_TOKEN;
    }
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    let response;
    try {
      response = await fetch(url, { ...options, headers, signal, cache: 'no-store' });
    } catch {
      throw requestError(texts.unreachable, 'unreachable', true);
    }
    const data = await response.json().catch(() => null);
    if (response.ok && data) return data;
    // Django, or a server before it, refuses a form before any code of ours can say so.
    if (!data && [400, 413].includes(response.status)) {
      throw requestError(texts.tooLarge, 'too_large', false);
    }
    const { message = texts.unexpected, code = 'unexpected', problems } = data?.error ?? {};
    const transient = response.status >= 500 || response.status === 429;
    throw requestError(message, code, transient, problems);
  }

  let decided = Promise.resolve();

  /**
   * @param {string} url - of the list of this form's runs
   * @param {Record<string, string>} [more] - to ask for
   * @returns {Promise<unknown>}
   */
  const list = (url, more) => {
    const query = new URLSearchParams({
      // Read now: the first autosave of a new object rewrites it.
      form_action: form.getAttribute('action') || '',
      form_key: formKey,
      ...more,
    });
    return request(`${url}?${query}`);
  };

  return {
    /** @param {number | null} action - its id */
    async start(action) {
      const body = new FormData(form);
      for (const [name, value] of [...body]) {
        if (value instanceof File) body.delete(name);
      }
      body.set('llm-actions-action', String(action));
      // Read now: the first autosave of a new object rewrites it.
      body.set('llm-actions-form-action', String(form.getAttribute('action')));
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

    /**
     * @param {string} url - of the first run of a click
     * @param {string[]} cursors - one for each run
     * @returns {Promise<LLMActions.News>}
     */
    poll(url, cursors) {
      const query = new URLSearchParams(cursors.map((cursor) => ['after', cursor]));
      return request(`${url}${url.includes('?') ? '&' : '?'}${query}`);
    },

    /**
     * @param {string} url
     * @returns {Promise<LLMActions.Earlier>}
     */
    earlier: async (url) => /** @type {LLMActions.Earlier} */ (await list(url)),

    /**
     * @param {string} url
     * @returns {Promise<LLMActions.Panel>}
     */
    panel: async (url) => /** @type {LLMActions.Panel} */ (await list(url, { all: '1' })),

    /** @param {LLMActions.Run} run */
    cancel: (run) => request(run.cancel_url, { method: 'POST' }),

    /**
     * Records what became of a text. The editor has what they want, so they neither wait for this
     * nor hear of it when it fails.
     *
     * @param {LLMActions.Run} run
     * @param {LLMActions.Decision} decision
     * @param {string} [text] - what was put into the field
     * @returns {Promise<void>} when that is over
     */
    decide(run, decision, text = '') {
      const body = new URLSearchParams({ decision, text });
      // It must outlive the page: whoever accepts may go on to the next page at once.
      const send = () => request(run.decide_url, { method: 'POST', body, keepalive: true });
      // In the order in which the decisions were made, for the last one counts.
      decided = decided.then(send).then(
        () => {},
        () => {},
      );
      return decided;
    },
  };
}
