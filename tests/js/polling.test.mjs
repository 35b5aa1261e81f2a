import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { followRuns, isFinal, nextDelay, pause } from '#js/polling.js';

const queued = {
  id: '1',
  status: 'queued',
  text: '',
  cursor: '0',
  output: '',
  poll_url: '/runs/1/',
  poll_token: 'signed-1',
  poll_after_ms: 70,
};
const running = (text, cursor, more) => ({ ...queued, status: 'running', text, cursor, ...more });
const ended = (status, output, more) => ({ ...queued, status, output, ...more });
const failure = (transient) => Object.assign(new Error('No.'), { transient });

/** Lets a follower ask until the answers are used up, and returns all that it reported. */
async function report(start, answers) {
  const events = [];
  const asked = [];
  const waits = [];
  const left = [...answers];
  await new Promise((resolve) => {
    const stop = followRuns(start, {
      wait: async (milliseconds) => {
        waits.push(milliseconds);
        if (!left.length) {
          stop();
          resolve();
        }
      },
      poll: async ({ url, cursors }) => {
        asked.push([url, ...cursors]);
        const answer = left.shift();
        if (!left.length) setTimeout(resolve);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      onUpdate: (changes) =>
        changes.forEach(({ index, run, text }) => events.push([index, run.status, text])),
      onConnectionLost: () => events.push(['connection lost']),
      onError: (error) => events.push(['error', error.message]),
    });
  });
  return { events, asked, waits };
}

test('text is collected piece by piece, and the end brings the whole', async () => {
  const { events, asked } = await report(
    [queued],
    [
      running('Small', '5'),
      running(' models', '12'),
      running('', '12'),
      ended('succeeded', 'Small models.'),
    ],
  );
  assert.deepEqual(events, [
    [0, 'running', 'Small'],
    [0, 'running', 'Small models'],
    [0, 'running', 'Small models'],
    [0, 'succeeded', 'Small models.'],
  ]);
  assert.deepEqual(
    asked,
    ['0', '5', '12', '12'].map((cursor) => ['/runs/1/', cursor]),
  );
});

test('a run that was running already goes on behind its text', async () => {
  const { events, asked } = await report([running('Small', '5')], [running(' models', '12')]);
  assert.deepEqual(events, [[0, 'running', 'Small models']]);
  assert.deepEqual(asked, [['/runs/1/', '5']]);
});

test('one question is for all runs of a click, as long as one of them is not final', async () => {
  const second = { id: '2', poll_url: '/runs/2/' };
  const { events, asked } = await report(
    [queued, { ...queued, ...second }],
    [
      { ...running('Small', '5'), candidates: [running('Large', '6', second)] },
      { ...ended('succeeded', 'Small.'), candidates: [running(' one', '9', second)] },
      ended('succeeded', 'Large one.', second),
    ],
  );
  assert.deepEqual(events, [
    [0, 'running', 'Small'],
    [1, 'running', 'Large'],
    [0, 'succeeded', 'Small.'],
    [1, 'running', 'Large one'],
    [1, 'succeeded', 'Large one.'],
  ]);
  assert.deepEqual(
    asked.map(([, ...cursors]) => cursors),
    [
      ['0', '0'],
      ['5', '6'],
      ['done', '9'],
    ],
  );
});

test('what an answer leaves out stays as it was, and a new token is used from then on', async () => {
  const runs = [];
  const answers = [
    { id: '1', status: 'running', text: 'Small', cursor: '5', poll_token: 'signed-2' },
    { id: '1', status: 'running', text: '', cursor: '5' },
  ];
  const tokens = [];
  await new Promise((resolve) => {
    const stop = followRuns([{ ...queued, action_label: 'Sum up' }], {
      wait: async () => {},
      poll: async ({ token }) => {
        tokens.push(token);
        if (answers.length) return answers.shift();
        stop();
        resolve();
        return queued;
      },
      onUpdate: ([{ run }]) => runs.push(run),
    });
  });
  assert.deepEqual(tokens, ['signed-1', 'signed-2', 'signed-2']);
  assert.equal(runs[1].action_label, 'Sum up');
});

test('nobody asks about runs that are final', async () => {
  const stop = followRuns([ended('succeeded', 'Small.')], {
    wait: async () => assert.fail('It waits.'),
    poll: async () => assert.fail('It asks.'),
  });
  await new Promise(setImmediate);
  stop();
});

test('one lost answer is not worth a word, a second one is', async () => {
  const { events } = await report([queued], [failure(true), failure(true), running('Small', '5')]);
  assert.deepEqual(events, [['connection lost'], [0, 'running', 'Small']]);
});

test('it waits as long as the server says, and longer after each lost answer', async () => {
  const { waits } = await report(
    [queued],
    [
      running('Small', '5', { poll_after_ms: 300 }),
      failure(true),
      failure(true),
      running('', '5', { poll_after_ms: 80 }),
    ],
  );
  assert.deepEqual(waits.slice(0, 5), [70, 300, 1000, 2000, 80]);
});

test('a refusal ends it', async () => {
  const { events } = await report([running('Small', '5')], [failure(false)]);
  assert.deepEqual(events, [['error', 'No.']]);
});

test('nothing is reported after the stop, not even an answer under way', async () => {
  let answer;
  const events = [];
  const asked = new Promise((resolve) => {
    const stop = followRuns([queued], {
      wait: async () => {},
      poll: () => {
        setTimeout(() => {
          stop();
          answer(running('Small', '5'));
          setTimeout(resolve);
        });
        return new Promise((settle) => {
          answer = settle;
        });
      },
      onUpdate: () => events.push('update'),
    });
  });
  await asked;
  assert.deepEqual(events, []);
});

test('the run with the most to expect sets the pace, and failures slow it down', () => {
  const runs = [
    running('', '0', { poll_after_ms: 400 }),
    running('', '0', { poll_after_ms: 70 }),
    ended('succeeded', 'Small.', { poll_after_ms: 0 }),
  ];
  assert.equal(nextDelay(runs, 0), 70);
  assert.equal(nextDelay(runs, 1), 1000);
  assert.equal(nextDelay(runs, 50), 10_000);
});

/** A page that somebody looks at, or not. */
function page(hidden) {
  const events = new EventTarget();
  globalThis.document = {
    hidden,
    addEventListener: (...all) => events.addEventListener(...all),
    removeEventListener: (...all) => events.removeEventListener(...all),
  };
  return (isHidden) => {
    globalThis.document.hidden = isHidden;
    events.dispatchEvent(new Event('visibilitychange'));
  };
}

afterEach(() => {
  delete globalThis.document;
});

test('nobody is asked while the page is hidden, and at once when it is seen again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const show = page(false);
  let isOver = false;
  pause(100).then(() => {
    isOver = true;
  });
  show(true);
  t.mock.timers.tick(10_000);
  await null;
  assert.equal(isOver, false);
  show(false);
  await null;
  assert.equal(isOver, true);
});

test('a page that is seen again does not sit out a long wait', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const show = page(true);
  const over = pause(10_000);
  show(false);
  await over;
});

test('a page that is looked at all the time waits its time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  page(false);
  let isOver = false;
  pause(100).then(() => {
    isOver = true;
  });
  t.mock.timers.tick(99);
  await null;
  assert.equal(isOver, false);
  t.mock.timers.tick(1);
  await null;
  assert.equal(isOver, true);
});

test('queued and running are not final', () => {
  const states = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];
  const final = states.filter((status) => isFinal({ status }));
  assert.deepEqual(final, ['succeeded', 'failed', 'cancelled']);
});
