/**
 * Follows the runs of one click to their end by asking the server for news.
 */

const FINAL = ['succeeded', 'failed', 'cancelled'];

/** In place of a cursor: there is nothing more to come. */
const DONE = 'done';

/** @param {Pick<LLMActions.Run, 'status'>} run */
export function isFinal(run) {
  return FINAL.includes(run.status);
}

/**
 * How long to wait before asking again, in milliseconds: as the server says, which knows how many
 * others ask; and longer the more often it could not be reached.
 *
 * @param {Pick<LLMActions.Run, 'status' | 'poll_after_ms'>[]} runs
 * @param {number} failures - the requests without an answer, in a row
 */
export function nextDelay(runs, failures) {
  if (failures) return Math.min(500 * 2 ** failures, 10_000);
  return Math.min(...runs.filter((run) => !isFinal(run)).map((run) => run.poll_after_ms));
}

/**
 * Waits for the given time, and then for as long as nobody looks at the page; not at all once
 * somebody looks at it again.
 *
 * @param {number} milliseconds
 * @returns {Promise<void>}
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

/**
 * @param {LLMActions.Run[]} start - the runs of one click as the server gave them last, the first
 *   of them first
 * @param {object} options
 * @param {(url: string, cursors: string[]) => Promise<LLMActions.News>} options.poll - asks at the
 *   first run's address, with a cursor for each run
 * @param {(changes: LLMActions.RunChange[]) => void} options.onNews - what has changed, with all text
 *   so far; each run's last change has its end
 * @param {() => void} options.onTrouble - the server cannot be reached, it goes on trying
 * @param {(error: LLMActions.RequestError) => void} options.onError - it gave up
 * @param {(milliseconds: number) => Promise<void>} [options.wait] - for tests
 * @returns {() => void} stops it; nothing is called any more
 */
export function follow(start, { poll, onNews, onTrouble, onError, wait = pause }) {
  let stopped = start.every(isFinal);
  let url = start[0].poll_url;
  let failures = 0;
  const followed = start.map((run) => ({ run, text: run.text, cursor: run.cursor }));

  /** @param {LLMActions.News} answer */
  function take(answer) {
    const { candidates = [], ...first } = answer;
    url = first.poll_url ?? url;
    const changes = [first, ...candidates].map((news) => {
      const index = followed.findIndex(({ run }) => run.id === news.id);
      const one = followed[index];
      one.run = { ...one.run, ...news };
      one.text = isFinal(one.run) ? one.run.output : one.text + news.text;
      one.cursor = news.cursor;
      return { index, run: one.run, text: one.text };
    });
    stopped = followed.every(({ run }) => isFinal(run));
    onNews(changes);
  }

  async function ask() {
    try {
      const cursors = followed.map(({ run, cursor }) => (isFinal(run) ? DONE : cursor));
      const answer = await poll(url, cursors);
      if (stopped) return;
      failures = 0;
      take(answer);
    } catch (error) {
      if (stopped) return;
      const { transient } = /** @type {LLMActions.RequestError} */ (error);
      failures += 1;
      if (!transient) {
        stopped = true;
        onError(/** @type {LLMActions.RequestError} */ (error));
      } else if (failures > 1) {
        onTrouble();
      }
    }
  }

  async function loop() {
    while (!stopped) {
      const runs = followed.map(({ run }) => run);
      await wait(nextDelay(runs, failures));
      if (!stopped) await ask();
    }
  }

  loop();
  return () => {
    stopped = true;
  };
}
