/** Requests to the server. */

import { uuid } from './dom.js';

const REQUEST_TIMEOUT_MS = 20_000;
const POLL_TOKEN_HEADER = 'X-LLM-Actions-Poll-Token';

/** @type {(state: LLMActions.RequestErrorState, transient: boolean) => LLMActions.RequestError} */
const requestError = (state, transient) =>
  Object.assign(new Error(), { fieldErrors: state.field_errors ?? {}, transient }, state);

/** @type {LLMActions.CreateApi} */
export function createApi({ form, formKey, runsUrl, texts, extra = {} }) {
  /** @type {typeof import('./draftail.js')} */
  let draftail;
  const loadDraftail = async () => (draftail = await import('./draftail.js'));
  const lacksDraftail = () => !draftail && form.querySelector('[data-draftail-editor-wrapper]');
  // Before a click needs it.
  if (lacksDraftail()) loadDraftail();

  /** @type {(url: string, options?: LLMActions.RequestOptions) => Promise<any>} */
  async function request(url, options = {}) {
    const { CSRF_HEADER_NAME, CSRF_TOKEN } = window.wagtailConfig;
    const headers = {
      Accept: 'application/json',
      'X-Requested-With': 'XMLHttpRequest',
      [CSRF_HEADER_NAME]: CSRF_TOKEN,
      ...options.headers,
    };
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
    throw requestError(
      data?.error ?? { message: texts.unexpected, code: 'unexpected' },
      response.status >= 500 || response.status === 429,
    );
  }

  // Read for each request: the first autosave of a new object rewrites it.
  const formAction = () => form.getAttribute('action') || '';

  /** @type {LLMActions.Api['postForm']} */
  async function postForm(url, actionId, instruction) {
    if (lacksDraftail()) await loadDraftail();
    draftail?.storeContents(form);
    const body = new FormData(form);
    for (const [name, value] of [...body]) {
      if (value instanceof File) body.set(name, value.name);
    }
    body.set('llm-actions-action', String(actionId));
    body.set('llm-actions-instruction', instruction);
    body.set('llm-actions-form-action', formAction());
    body.set('llm-actions-form-key', formKey);
    body.set('llm-actions-request-id', uuid());
    Object.entries(extra).forEach(([name, value]) => body.set(name, value));
    // Django reads it faster, but not of any length.
    const encoded = new URLSearchParams(/** @type {any} */ (body));
    const sent = `${encoded}`.length < 5e5 ? encoded : body;
    const post = () => request(url, { method: 'POST', body: sent });
    // Its id makes it safe to send it again when the answer was lost.
    return post().catch((error) => {
      if (error.code === 'unreachable') return post();
      throw error;
    });
  }

  /** @param {string} url - of a list of this form's runs */
  const listRuns = (url) =>
    request(`${url}?${new URLSearchParams({ form_action: formAction(), form_key: formKey })}`);

  let decided = Promise.resolve();

  return {
    postForm,

    startRun: (actionId, instruction = '') => postForm(runsUrl, actionId, instruction),

    poll({ url, token, cursors }) {
      const query = new URLSearchParams(cursors.map((cursor) => ['cursor', cursor]));
      return request(`${url}?${query}`, { headers: { [POLL_TOKEN_HEADER]: token } });
    },

    post(url, data) {
      const body = new URLSearchParams({ ...data, 'llm-actions-form-action': formAction() });
      return request(url, { method: 'POST', body });
    },

    listRuns,

    cancel: (run) => request(run.cancel_url, { method: 'POST' }),

    decide(run, decision, details) {
      const body = new URLSearchParams({ decision, ...details });
      // `keepalive`, because whoever accepts may leave the page at once.
      const send = () => request(run.decide_url, { method: 'POST', body, keepalive: true });
      // In the order in which the decisions were made: the last one counts.
      decided = decided.then(send).catch(() => {});
      return decided;
    },
  };
}
