/**
 * Follows one run from the click to its end by asking the server for news.
 */

const FINAL = ['succeeded', 'failed', 'cancelled'];

/** @param {LLMActions.Run} run */
export function isFinal(run) {
  return FINAL.includes(run.status);
}

/**
 * How long to wait before asking again, in milliseconds. Short while text arrives, so that it
 * seems to flow; longer the less there is to expect.
 *
 * @param {{status: string, ahead: number, idle: number, failures: number}} situation - `idle`
 *   counts the answers without news in a row, `failures` the requests without an answer
 */
export function nextDelay({ status, ahead, idle, failures }) {
  if (failures) return Math.min(500 * 2 ** failures, 10_000);
  if (status === 'running') return Math.min(150 * 1.3 ** idle, 600);
  if (ahead) return Math.min(400 * 1.5 ** idle, 2000);
  return Math.min(200 * 1.3 ** idle, 1000);
}

/**
 * Waits for the given time, and then for as long as nobody looks at the page.
 *
 * @param {number} milliseconds
 */
async function pause(milliseconds) {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
  while (document.hidden) {
    await new Promise((resolve) => {
      document.addEventListener('visibilitychange', resolve, { once: true });
    });
  }
}

/**
 * @param {LLMActions.Run} start - the run as the server gave it last
 * @param {object} options
 * @param {(run: LLMActions.Run, cursor: string) => Promise<LLMActions.Run>} options.poll
 * @param {(run: LLMActions.Run, text: string) => void} options.onNews - gets all text so far; the
 *   last call has a final run
 * @param {() => void} options.onTrouble - the server cannot be reached, it goes on trying
 * @param {(error: LLMActions.RequestError, text: string) => void} options.onError - it gave up
 * @param {(milliseconds: number) => Promise<void>} [options.wait] - for tests
 * @returns {() => void} stops it; nothing is called any more
 */
export function follow(start, { poll, onNews, onTrouble, onError, wait = pause }) {
  let stopped = false;
  let run = start;
  let text = start.text;
  let cursor = start.cursor;
  let idle = 0;
  let failures = 0;

  async function ask() {
    try {
      const answer = await poll(run, cursor);
      if (stopped) return;
      const news = answer.text || answer.status !== run.status || answer.ahead !== run.ahead;
      idle = news ? 0 : idle + 1;
      failures = 0;
      run = answer;
      text += answer.text;
      cursor = answer.cursor || cursor;
      if (isFinal(run)) stopped = true;
      onNews(run, isFinal(run) ? run.output : text);
    } catch (error) {
      if (stopped) return;
      const { transient } = /** @type {LLMActions.RequestError} */ (error);
      failures += 1;
      if (!transient) {
        stopped = true;
        onError(/** @type {LLMActions.RequestError} */ (error), text);
      } else if (failures > 1) {
        onTrouble();
      }
    }
  }

  async function loop() {
    while (!stopped) {
      await wait(nextDelay({ status: run.status, ahead: run.ahead, idle, failures }));
      if (!stopped) await ask();
    }
  }

  loop();
  return () => {
    stopped = true;
  };
}
