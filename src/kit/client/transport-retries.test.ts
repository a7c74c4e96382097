/** What the client sends again, and when, with simulated time. */

import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createService,
  enableTimers,
  failing,
  failureOf,
  get,
  ok,
  resetTimers,
  settle,
  stepMs,
} from '../../../test/support/http/simulated-service.ts';
import { ProblemError } from './problem-error.ts';
import { backOff, delay } from '../event-stream/retry.js';
import { isRetryable } from './transport.ts';

const retries = suite('a failed request');
retries.before.each(enableTimers);
retries.after.each(resetTimers);

for (const status of [500, 502, 503]) {
  retries(`is sent again after status ${status} without a problem document`, async () => {
    const { transport, requests } = createService([failing(status), ok]);
    const response = transport.send(get, {});
    await settle(response);
    assert.is((await response).text, '"done"');
    assert.is(requests.length, 2);
  });
}
retries('is not sent again after status 400', async () => {
  const { transport, requests } = createService([failing(400)]);
  const error = failureOf(transport.send(get, {}));
  assert.is(await settle(error), 0);
  assert.equal([(await error).code, requests.length], ['not-understood', 1]);
});
retries('is sent five times by default, with exponential backoff', async () => {
  const { transport, requests } = createService([failing(503)]);
  const error = failureOf(transport.send(get, {}));
  const elapsedMs = await settle(error);
  assert.equal([(await error).code, (await error).status, requests.length], ['unreachable', 503, 5]);
  // The limits of the delays are 200, 400, 800 and 1600 ms; jitter takes away at most half.
  assert.ok(elapsedMs >= 1_500 - stepMs && elapsedMs <= 3_000 + 4 * stepMs, `${elapsedMs} ms`);
});
retries('is sent at most `maxAttempts` times', async () => {
  const { transport, requests } = createService([failing(503)], { maxAttempts: 2 });
  await settle(failureOf(transport.send(get, {})));
  assert.is(requests.length, 2);
});
retries('is sent again after the time in Retry-After, up to a minute', async () => {
  const { transport, requests } = createService([failing(503, { 'Retry-After': '60' }), ok]);
  assert.is(await settle(transport.send(get, {})), 60_000);
  assert.is(requests.length, 2);
});
retries('fails at once if Retry-After is longer than a minute', async () => {
  const { transport, requests } = createService([failing(503, { 'Retry-After': '61' }), ok]);
  const error = failureOf(transport.send(get, {}));
  assert.is(await settle(error), 0);
  assert.equal([(await error).retryAfterMs, requests.length], [61_000, 1]);
});
retries('keeps its idempotency key', async () => {
  const { transport, requests } = createService([failing(503), ok]);
  await settle(transport.send({ ...get, method: 'PUT', idempotencyKey: 'k' }, {}));
  assert.equal(
    requests.map(({ headers }) => headers.get('Idempotency-Key')),
    ['"k"', '"k"'],
  );
});
retries('names the host, and has the key and the cause, if there is no response', async () => {
  const cause = new TypeError('fetch failed');
  const { transport } = createService([() => Promise.reject(cause)], { maxAttempts: 1 });
  const error = await failureOf(transport.send({ ...get, idempotencyKey: 'k' }, {}));
  assert.equal(
    [error.code, error.message, error.idempotencyKey, error.status],
    ['unreachable', 'No response from service.invalid.', 'k', undefined],
  );
  assert.is(error.cause, cause);
});
retries('has its key if the service rejects it', async () => {
  const { transport } = createService([failing(400)]);
  const error = await failureOf(transport.send({ ...get, idempotencyKey: 'k' }, {}));
  assert.is(error.idempotencyKey, 'k');
});
retries('is unreachable if the response is interrupted', async () => {
  const cause = new Error('socket closed');
  const interrupted = () => new Response(new ReadableStream({ start: (body) => body.error(cause) }));
  const { transport } = createService([interrupted], { maxAttempts: 1 });
  const error = await failureOf(transport.send({ ...get, idempotencyKey: 'k' }, {}));
  assert.equal(
    [error.code, error.message, error.idempotencyKey],
    ['unreachable', 'The response from service.invalid was interrupted.', 'k'],
  );
  assert.is(error.cause, cause);
});
retries('ends with the reason of its signal when that aborts during the backoff', async () => {
  const { transport, requests } = createService([failing(503, { 'Retry-After': '9' })]);
  const controller = new AbortController();
  const reason = new Error('stopped');
  const response = transport.send(get, { signal: controller.signal }).then(
    () => 'a response',
    (error: unknown) => error,
  );
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  controller.abort(reason);
  assert.is(await response, reason);
  assert.is(requests.length, 1);
});
retries(
  'ends with the reason of its signal, not with a problem, when that aborts during the request',
  async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const { transport, requests } = createService([
      () => {
        controller.abort(reason);
        return Promise.reject(reason);
      },
    ]);
    const response = transport.send(get, { signal: controller.signal });
    assert.is(await response.catch((error: unknown) => error), reason);
    assert.is(requests.length, 1);
  },
);
retries.run();

const policy = suite('the retry policy');

policy('retries what is transient, and nothing else', () => {
  const codes = ['unavailable', 'too-many-requests', 'too-slow', 'unreachable'] as const;
  for (const code of codes) assert.ok(isRetryable(new ProblemError(code, '')), code);
  for (const code of ['conflict', 'not-found', 'internal', 'not-understood'] as const)
    assert.not(isRetryable(new ProblemError(code, '')), code);
  assert.not(isRetryable(Object.assign(new Error('other'), { code: 'unavailable' })));
});
policy('doubles the backoff with each failure up to 10 s, and takes away at most half at random', () => {
  const restore = mock.method(Math, 'random', () => 0).mock;
  assert.equal([1, 2, 3, 6, 7, 50].map(backOff), [100, 200, 400, 3_200, 5_000, 5_000]);
  restore.mockImplementation(() => 1);
  assert.equal([1, 2, 3, 6, 7, 50].map(backOff), [200, 400, 800, 6_400, 10_000, 10_000]);
  restore.restore();
});
policy.run();

const delays = suite('delay');
delays.before.each(enableTimers);
delays.after.each(resetTimers);

delays('resolves after the given time', async () => assert.is(await settle(delay(1_000, undefined)), 1_000));
delays('rejects at once if the signal is already aborted', async () => {
  const error = await delay(1_000, AbortSignal.abort('stopped')).catch((reason: unknown) => reason);
  assert.is(error, 'stopped');
});
delays('leaves no listener on the signal', async () => {
  const controller = new AbortController();
  const added = mock.method(controller.signal, 'addEventListener');
  const removed = mock.method(controller.signal, 'removeEventListener');
  await settle(delay(1_000, controller.signal));
  assert.is(added.mock.callCount(), 1);
  assert.equal(removed.mock.calls[0]?.arguments, added.mock.calls[0]?.arguments.slice(0, 2));
});
delays.run();
