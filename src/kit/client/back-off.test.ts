/** Back-off, timers and listeners of the client's requests. */

import { getEventListeners } from 'node:events';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { problemOf } from '../../../test/support/http/problem-of.ts';
import { backOff, delay } from '../event-stream/retry.js';
import { createTransport } from './transport.ts';

const test = suite('retries of the transport');

test.after.each(() => mock.timers.reset());

test('waits at most 10 s, and at least half of that, after many failures', () => {
  for (const failures of [7, 20, 2_000]) {
    const delayMs = backOff(failures);
    assert.ok(delayMs >= 5_000 && delayMs <= 10_000, `${delayMs} ms`);
  }
});
test('leaves no abort listener behind after a delay', async () => {
  const { signal } = new AbortController();
  await delay(1, signal);
  assert.equal(getEventListeners(signal, 'abort'), []);
});
test('ends a delay at once if its signal is already aborted', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  assert.is(await delay(1_000, AbortSignal.abort('stop')).catch((reason: unknown) => reason), 'stop');
});
test('repeats a request when Retry-After has passed, and not before', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let requests = 0;
  const transport = createTransport('http://service.invalid', {
    fetch() {
      requests += 1;
      const headers = { 'Retry-After': '7' };
      return Promise.resolve(new Response('', requests === 1 ? { status: 503, headers } : {}));
    },
  });
  const sent = transport.send({ method: 'GET', path: 'laptops' }, {});
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await nextTurn();
  };
  await settle();
  mock.timers.tick(6_999);
  await settle();
  assert.is(requests, 1);
  mock.timers.tick(1);
  await sent;
  assert.is(requests, 2);
});
test('reports status 500 without a problem document as unreachable, and 404 as not understood', async () => {
  for (const [status, code] of [
    [500, 'unreachable'],
    [404, 'not-understood'],
  ] as const) {
    const transport = createTransport('http://gateway.invalid', {
      maxAttempts: 1,
      fetch: () => Promise.resolve(new Response('<h1>Error</h1>', { status })),
    });
    assert.is((await problemOf(transport.send({ method: 'GET', path: 'laptops' }, {}))).code, code);
  }
});
test("rejects with the signal's reason if it aborts during the last attempt", async () => {
  const controller = new AbortController();
  const transport = createTransport('http://service.invalid', {
    maxAttempts: 1,
    fetch(_url, options) {
      controller.abort('stop');
      return Promise.reject(new Error(String(options?.signal?.reason)));
    },
  });
  const { signal } = controller;
  const sent = transport.send({ method: 'GET', path: 'laptops' }, { signal });
  assert.is(await sent.catch((reason: unknown) => reason), 'stop');
});
test.run();
