/** The requests that the client sends, and their time limits. */

import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  createService,
  enableTimers,
  failureOf,
  get,
  ok,
  resetTimers,
} from '../../../test/support/http/simulated-service.ts';
import { createTransport } from './transport.ts';

const requests = suite('a request');

requests('is sent below the base URL, with or without a slash at its end', async () => {
  const { transport, requests } = createService([ok]);
  await transport.send(get, {});
  assert.equal(
    requests.map(({ url, method, body }) => ({ url, method, body })),
    [{ url: 'http://service.invalid/base/laptops/1', method: 'GET', body: undefined }],
  );
});
requests('without a body has only an Accept header', async () => {
  const { transport, requests } = createService([ok]);
  await transport.send(get, {});
  assert.equal([...(requests[0]?.headers ?? [])], [['accept', 'application/json']]);
});
requests('with a body and a key has the headers for them', async () => {
  const { transport, requests } = createService([ok]);
  const body = { title: 'x' };
  await transport.send({ ...get, method: 'POST', body, idempotencyKey: 'k', headers: { A: 'b' } }, {});
  assert.is(requests[0]?.body, '{"title":"x"}');
  assert.equal(
    [...(requests[0]?.headers ?? [])],
    [
      ['a', 'b'],
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
      ['idempotency-key', '"k"'],
    ],
  );
});
requests('may have another Accept header', async () => {
  const { transport, requests } = createService([ok]);
  await transport.send({ ...get, headers: { Accept: 'text/event-stream' } }, {});
  assert.is(requests[0]?.headers.get('Accept'), 'text/event-stream');
});
requests('returns the text and the headers of the response', async () => {
  const { transport } = createService([() => new Response('text', { headers: { ETag: '"1"' } })]);
  const { text, headers } = await transport.send(get, {});
  assert.equal([text, headers.get('ETag')], ['text', '"1"']);
});
for (const [origin, token] of [
  ['of the client', 'a'],
  ['from a function', () => 'a'],
  ['from an asynchronous function', () => Promise.resolve('a')],
] as const) {
  requests(`has the token ${origin}`, async () => {
    const { transport, requests } = createService([ok], { token });
    await transport.send(get, {});
    assert.is(requests[0]?.headers.get('Authorization'), 'Bearer a');
  });
}
requests('may have a token of its own', async () => {
  const { transport, requests } = createService([ok], { token: 'a' });
  await transport.send(get, { token: 'b' });
  assert.is(requests[0]?.headers.get('Authorization'), 'Bearer b');
});
requests.run();

const limits = suite('the time limit of a request');
limits.before.each(enableTimers);
limits.after.each(resetTimers);

limits('aborts a connection that sends no response headers', async () => {
  const { transport, signals } = createService([() => new Promise<never>(() => undefined)], {
    timeoutMs: 500,
  });
  void transport.open(get, {});
  await nextTurn();
  mock.timers.tick(499);
  assert.not(signals[0]?.aborted);
  mock.timers.tick(1);
  assert.match(String(signals[0]?.reason), 'no response within 500 ms');
});
limits('ends with the response headers of an event stream', async () => {
  const { transport, signals } = createService([ok], { timeoutMs: 500 });
  await transport.open(get, {});
  mock.timers.tick(10_000);
  assert.not(signals[0]?.aborted);
});
limits('is 30 s by default', async () => {
  const { transport, signals } = createService([() => new Promise<never>(() => undefined)]);
  void transport.open(get, {});
  await nextTurn();
  mock.timers.tick(29_999);
  assert.not(signals[0]?.aborted);
  mock.timers.tick(1);
  assert.ok(signals[0]?.aborted);
});
limits('does not replace the signal of the caller', async () => {
  const { transport, signals } = createService([ok]);
  const controller = new AbortController();
  await transport.open(get, { signal: controller.signal });
  controller.abort();
  assert.ok(signals[0]?.aborted);
});
limits.run();

const complete = suite('the time limit of a whole response');

complete('makes a body that does not end unreachable', async () => {
  let signal: AbortSignal | null | undefined;
  const transport = createTransport('http://service.invalid', {
    maxAttempts: 1,
    timeoutMs: 20,
    fetch: (_url, options) => {
      signal = options?.signal;
      const body = new ReadableStream({
        start: (controller) => signal?.addEventListener('abort', () => controller.error(signal?.reason)),
      });
      return Promise.resolve(new Response(body));
    },
  });
  // The timer of the time limit does not keep the process alive.
  const keepAlive = setInterval(() => undefined, 1_000);
  assert.is((await failureOf(transport.send(get, {}))).code, 'unreachable');
  clearInterval(keepAlive);
});
complete('is not that of the caller: its signal ends a body as well', async () => {
  const controller = new AbortController();
  const reason = new Error('stopped');
  const transport = createTransport('http://service.invalid', {
    fetch: (_url, options) => {
      const signal = options?.signal;
      const body = new ReadableStream({
        start: (source) => signal?.addEventListener('abort', () => source.error(signal.reason)),
      });
      return Promise.resolve(new Response(body));
    },
  });
  const response = transport.send(get, { signal: controller.signal });
  await nextTurn();
  controller.abort(reason);
  assert.is(await response.catch((error: unknown) => error), reason);
});
complete.run();
