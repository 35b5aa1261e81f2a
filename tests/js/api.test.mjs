import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { createApi } from '#js/api.js';

const texts = {
  unreachable: 'Unreachable.',
  tooLarge: 'Too large.',
  unexpected: 'Unexpected.',
};
const run = { poll_url: '/run/', cancel_url: '/run/cancel/', decide_url: '/run/decide/' };
let asked;
let answers;

const json =
  (data, status = 200) =>
  () =>
    new Response(JSON.stringify(data), { status });
const lost = () => {
  throw new TypeError('Failed to fetch');
};

globalThis.window = {
  wagtailConfig: { CSRF_HEADER_NAME: 'X-CSRFToken', CSRF_TOKEN: 'token' },
};
globalThis.fetch = async (url, options) => {
  asked.push({ url, ...options });
  return answers.shift()();
};

beforeEach(() => {
  asked = [];
});

function api() {
  return createApi({
    form: { querySelector: () => null, getAttribute: () => '/admin/pages/4/edit/' },
    formKey: '',
    runsUrl: '/runs/',
    texts,
  });
}

test('the form travels with the names of its new files, and without the files', async () => {
  const NodeFormData = globalThis.FormData;
  globalThis.FormData = class extends NodeFormData {
    constructor() {
      super();
      this.append('title', 'Small models');
      this.append('image', new File(['…'], 'photo.jpg'));
    }
  };
  answers = [json({ id: '1' }, 202), lost, json({ id: '2' }, 202)];
  const requests = api();
  await requests.startRun(3, 'Shorter.');
  await requests.startRun(3);
  globalThis.FormData = NodeFormData;

  const [first, ...later] = asked.map(({ body }) => body.get('llm-actions-request-id'));
  assert.deepEqual(Object.fromEntries(asked[0].body), {
    title: 'Small models',
    image: 'photo.jpg',
    'llm-actions-action': '3',
    'llm-actions-instruction': 'Shorter.',
    'llm-actions-form-action': '/admin/pages/4/edit/',
    'llm-actions-form-key': '',
    'llm-actions-request-id': first,
  });
  assert.equal(asked[0].headers['X-CSRFToken'], 'token');
  // The second click has an id of its own, its repetition has the same.
  assert.match(first, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.notEqual(first, later[0]);
  assert.equal(later[0], later[1]);
});

test('only a form of usual length is encoded, which the server reads faster', async () => {
  const NodeFormData = globalThis.FormData;
  let text;
  globalThis.FormData = class extends NodeFormData {
    constructor() {
      super();
      this.append('body', text);
    }
  };
  answers = [json({ id: '1' }, 202), json({ id: '2' }, 202)];
  for (text of ['Größe\n& Maß', 'ж'.repeat(200_000)]) await api().startRun(3);
  globalThis.FormData = NodeFormData;

  assert.ok(asked[0].body instanceof URLSearchParams);
  assert.equal(asked[0].body.get('body'), 'Größe\n& Maß');
  assert.ok(asked[1].body instanceof NodeFormData);
  assert.equal(asked[1].body.get('body').length, 200_000);
});

test('a refusal speaks in the words of the server', async () => {
  answers = [json({ error: { code: 'permission_denied', message: 'Not you.' } }, 403)];
  const error = { message: 'Not you.', code: 'permission_denied', transient: false };
  const poll = { url: '/run/', token: 'signed', cursors: ['17', 'done'] };
  await assert.rejects(api().poll(poll), error);
  assert.equal(asked[0].url, '/run/?cursor=17&cursor=done');
  assert.equal(asked[0].headers['X-LLM-Actions-Poll-Token'], 'signed');
});

test('whatever else comes back becomes a sentence too', async () => {
  const html = (status) => () => new Response('<h1>Log in</h1>', { status });
  answers = [html(200), html(502), lost];
  const requests = api();
  const poll = { url: '/run/', token: '', cursors: ['0'] };
  await assert.rejects(requests.poll(poll), {
    message: 'Unexpected.',
    transient: false,
  });
  await assert.rejects(requests.poll(poll), {
    message: 'Unexpected.',
    transient: true,
  });
  await assert.rejects(requests.poll(poll), {
    message: 'Unreachable.',
    transient: true,
  });
});

test('a form that a server refuses for its size is told of in words', async () => {
  const html = (status) => () => new Response('<h1>Too large</h1>', { status });
  answers = [html(400), html(413)];
  const requests = api();
  const error = { message: 'Too large.', code: 'too_large', transient: false };
  await assert.rejects(requests.cancel(run), error);
  await assert.rejects(requests.cancel(run), error);
});

test('decisions are sent one after the other, and a lost one does not block the next', async () => {
  let answer;
  const slow = () =>
    new Promise((resolve, reject) => {
      answer = reject;
    });
  answers = [slow, json({ id: '1' })];
  const requests = api();
  requests.decide(run, 'accept', { text: 'Small models' });
  requests.decide(run, 'undo');
  await new Promise(setImmediate);
  assert.equal(asked.length, 1);
  answer(new TypeError('Failed to fetch'));
  await new Promise(setImmediate);
  const sent = asked.map(({ body }) => String(body));
  assert.deepEqual(sent, ['decision=accept&text=Small+models', 'decision=undo']);
});
