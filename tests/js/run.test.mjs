import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  follow,
  isFinal,
  nextDelay,
} from '../../wagtail_llm_actions/static/wagtail_llm_actions/js/run.js';

const queued = { status: 'queued', ahead: 0, text: '', cursor: '', output: '' };
const running = (text, cursor) => ({ ...queued, status: 'running', text, cursor });
const ended = (status, output) => ({ ...queued, status, output });
const failure = (transient) => Object.assign(new Error('No.'), { transient });

/** Lets a follower ask until the answers are used up, and returns all that it reported. */
async function report(start, answers) {
  const events = [];
  const asked = [];
  const left = [...answers];
  await new Promise((resolve) => {
    const stop = follow(start, {
      wait: async () => {
        if (!left.length) {
          stop();
          resolve();
        }
      },
      poll: async (run, cursor) => {
        asked.push(cursor);
        const answer = left.shift();
        if (!left.length) setTimeout(resolve);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      onNews: (run, text) => events.push([run.status, text]),
      onTrouble: () => events.push(['trouble']),
      onError: (error, text) => events.push(['error', text]),
    });
  });
  return { events, asked };
}

test('text is collected piece by piece, and the end brings the whole', async () => {
  const { events, asked } = await report(queued, [
    running('Small', '5'),
    running(' models', '12'),
    running('', ''),
    ended('succeeded', 'Small models.'),
  ]);
  assert.deepEqual(events, [
    ['running', 'Small'],
    ['running', 'Small models'],
    ['running', 'Small models'],
    ['succeeded', 'Small models.'],
  ]);
  assert.deepEqual(asked, ['', '5', '12', '12']);
});

test('a run that was running already goes on behind its text', async () => {
  const { events, asked } = await report(running('Small', '5'), [running(' models', '12')]);
  assert.deepEqual(events, [['running', 'Small models']]);
  assert.deepEqual(asked, ['5']);
});

test('one lost answer is not worth a word, a second one is', async () => {
  const { events } = await report(queued, [failure(true), failure(true), running('Small', '5')]);
  assert.deepEqual(events, [['trouble'], ['running', 'Small']]);
});

test('a refusal ends it, with the text so far', async () => {
  const { events } = await report(running('Small', '5'), [failure(false)]);
  assert.deepEqual(events, [['error', 'Small']]);
});

test('nothing is reported after the stop, not even an answer under way', async () => {
  let answer;
  const events = [];
  const asked = new Promise((resolve) => {
    const stop = follow(queued, {
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
      onNews: (run) => events.push(run.status),
    });
  });
  await asked;
  assert.deepEqual(events, []);
});

test('it asks often while text arrives, seldom in a long queue and after failures', () => {
  const delay = (situation) =>
    nextDelay({ status: 'running', ahead: 0, idle: 0, failures: 0, ...situation });
  assert.equal(delay({}), 150);
  assert.equal(delay({ idle: 50 }), 600);
  assert.equal(delay({ status: 'queued', idle: 50 }), 1000);
  assert.equal(delay({ status: 'queued', ahead: 3 }), 400);
  assert.equal(delay({ status: 'queued', ahead: 3, idle: 50 }), 2000);
  assert.equal(delay({ failures: 1 }), 1000);
  assert.equal(delay({ failures: 50 }), 10_000);
});

test('queued and running are not final', () => {
  const states = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];
  const final = states.filter((status) => isFinal({ status }));
  assert.deepEqual(final, ['succeeded', 'failed', 'cancelled']);
});
