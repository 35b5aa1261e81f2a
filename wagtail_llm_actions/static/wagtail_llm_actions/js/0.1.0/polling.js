/**
 * Polls the runs of one click until all of them are final.
 */

const FINAL = ['succeeded', 'failed', 'cancelled'];

/** In place of a cursor. */
const CURSOR_AT_END = 'done';

const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 10_000;

/** @param {Pick<LLMActions.RunState, 'status'>} run */
export function isFinal(run) {
  return FINAL.includes(run.status);
}

/**
 * The milliseconds until the next poll: as the server says, which knows how many others poll; with
 * an exponential backoff while it cannot be reached.
 *
 * @type {LLMActions.NextDelay}
 */
export function nextDelay(runs, failures) {
  if (failures) return Math.min(FIRST_BACKOFF_MS * 2 ** failures, MAX_BACKOFF_MS);
  return Math.min(...runs.filter((run) => !isFinal(run)).map((run) => run.poll_after_ms));
}

/**
 * Waits, and then while the page is hidden; a page that becomes visible again ends the wait at once.
 *
 * @type {(milliseconds: number) => Promise<void>}
 */
export function pause(milliseconds) {
  return new Promise((resolve) => {
    function end() {
      if (document.hidden) return;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', end);
      resolve();
    }
    const timer = setTimeout(end, milliseconds);
    document.addEventListener('visibilitychange', end);
  });
}

/** @type {LLMActions.FollowRuns} */
export function followRuns(runs, { poll, onUpdate, onConnectionLost, onError, wait = pause }) {
  const followed = runs.map((run) => ({ run, text: run.text, cursor: run.cursor }));
  let { poll_url: url, poll_token: token } = runs[0];
  let stopped = runs.every(isFinal);
  let failures = 0;

  /** @param {LLMActions.PollAnswer} answer */
  function update(answer) {
    const { candidates = [], ...first } = answer;
    // Most polls bring neither.
    url = first.poll_url ?? url;
    token = first.poll_token ?? token;
    const updates = [first, ...candidates].map((state) => {
      const index = followed.findIndex(({ run }) => run.id === state.id);
      const one = followed[index];
      one.run = { ...one.run, ...state };
      one.text = isFinal(one.run) ? one.run.output : one.text + state.text;
      one.cursor = state.cursor;
      return { index, run: one.run, text: one.text };
    });
    stopped = followed.every(({ run }) => isFinal(run));
    onUpdate(updates);
  }

  async function request() {
    try {
      const cursors = followed.map(({ run, cursor }) => (isFinal(run) ? CURSOR_AT_END : cursor));
      const answer = await poll({ url, token, cursors });
      if (stopped) return;
      failures = 0;
      update(answer);
    } catch (error) {
      if (stopped) return;
      failures += 1;
      if (!(/** @type {LLMActions.RequestError} */ (error).transient)) {
        stopped = true;
        onError(/** @type {LLMActions.RequestError} */ (error));
      } else if (failures > 1) {
        onConnectionLost();
      }
    }
  }

  async function loop() {
    while (!stopped) {
      await wait(
        nextDelay(
          followed.map(({ run }) => run),
          failures,
        ),
      );
      if (!stopped) await request();
    }
  }

  loop();
  return () => {
    stopped = true;
  };
}
