/** Timeouts and reconnection of the client's event stream, with simulated time. */

import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { liveEventOf } from '../api/responses/documents.ts';
import { EventsGone, followEvents, type FollowOptions } from './follow.ts';
import { ProblemError } from './problem-error.ts';
import { createTransport } from './transport.ts';

const Event = z.object({ type: z.literal('Lit') });
const encoder = new TextEncoder();
const stored = (position: number) =>
  `id: ${position}\ndata: ${JSON.stringify({ position, time: '2026-01-31T12:00:00.000Z', id: 1, event: { type: 'Lit' } })}\n\n`;

/** One connection: the text that the service sends, as one chunk or several, and whether it then closes the connection. */
type Connection = {
  readonly sends: string | readonly string[];
  readonly closes: boolean;
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Follows the events of a service that handles the connections in turn, and then accepts connections silently. */
function follow(connections: readonly Connection[], after: FollowOptions<string>['after'] = 0) {
  const requests: (string | null)[] = [];
  const seenEvents: (string | null)[] = [];
  /** Numbers of the connections that the client has closed. */
  const cancelled: number[] = [];
  const signal = new AbortController();
  const transport = createTransport('http://service.invalid', {
    fetch(_url, options) {
      const headers = new Headers(options?.headers);
      requests.push(headers.get('Last-Event-ID'));
      seenEvents.push(headers.get('Seen-Event'));
      const connection = requests.length;
      const silent: Connection = { sends: '', closes: false };
      const { sends, closes, ...response } = connections[connection - 1] ?? silent;
      const body = new ReadableStream({
        start(controller) {
          for (const chunk of [sends].flat()) if (chunk !== '') controller.enqueue(encoder.encode(chunk));
          if (closes) controller.close();
          else options?.signal?.addEventListener('abort', () => controller.error(options.signal?.reason));
        },
        cancel: () => void cancelled.push(connection),
      });
      return Promise.resolve(new Response(body, response));
    },
  });
  const positions: number[] = [];
  const ended = (async () => {
    const events = followEvents(transport, 'events', liveEventOf(Event), { after, signal: signal.signal });
    for await (const { position } of events) positions.push(position);
  })();
  return {
    requests,
    /** The `Seen-Event` header of each request. */
    seenEvents,
    ended,
    positions,
    cancelled,
    /** Advances the time until the client has sent this many requests. Returns the simulated time that this took, in ms. */
    async awaitRequest(count: number, limitMs: number): Promise<number> {
      let elapsedMs = 0;
      for (;;) {
        for (let turn = 0; turn < 10; turn++) await nextTurn();
        if (requests.length >= count) return elapsedMs;
        assert.ok(elapsedMs < limitMs, `no request within ${limitMs} ms`);
        mock.timers.tick(stepMs);
        elapsedMs += stepMs;
      }
    },
    stop: () => {
      signal.abort();
      return ended;
    },
  };
}

const stepMs = 10;
const failing: Connection = { sends: '', closes: true };

const test = suite('follow');

test.before.each(() => mock.timers.enable({ apis: ['setTimeout'] }));
test.after.each(() => mock.timers.reset());

test('waits longer after each failure, and starts again with a short delay after data was received', async () => {
  const { requests, positions, awaitRequest, stop } = follow([
    ...Array.from({ length: 6 }, () => failing),
    { sends: stored(5), closes: true },
    failing,
  ]);
  await awaitRequest(1, 0);
  const delays: number[] = [];
  for (let count = 2; count <= 9; count++) delays.push(await awaitRequest(count, 12_000));
  for (const [index, delay] of delays.slice(0, 6).entries()) {
    const limit = 100 * 2 ** (index + 1);
    assert.ok(delay >= limit / 2 - stepMs && delay <= limit + stepMs, `delay ${index}: ${delay} ms`);
  }
  assert.equal(positions, [5]);
  const [, , , , , , afterData = Infinity, next = Infinity] = delays;
  assert.ok(afterData <= 200 + stepMs, `${afterData} ms`);
  assert.ok(next <= 400 + stepMs, `${next} ms`);
  assert.equal(requests.slice(-3), ['0', '5', '5']);
  await stop();
});
test('reconnects when it has received no data for 45 s, three times the heartbeat interval', async () => {
  const { positions, requests, awaitRequest, stop } = follow([{ sends: stored(7), closes: false }]);
  await awaitRequest(1, 0);
  const elapsedMs = await awaitRequest(2, 60_000);
  assert.ok(elapsedMs >= 45_000 && elapsedMs <= 46_000, `${elapsedMs} ms`);
  assert.equal(positions, [7]);
  assert.equal(requests, ['0', '7']);
  await stop();
});
test('uses the reconnection time that the service sends', async () => {
  const { awaitRequest, stop } = follow([{ sends: 'retry: 3000\n\n', closes: true }]);
  await awaitRequest(1, 0);
  const elapsedMs = await awaitRequest(2, 4_000);
  assert.ok(elapsedMs >= 3_000 - stepMs, `${elapsedMs} ms`);
  await stop();
});
test('sends the last event with the position to continue at, also if heartbeats have moved the position on', async () => {
  const heartbeat = ': sent up to this position\nid: 9\n\n';
  const { requests, seenEvents, awaitRequest, stop } = follow([
    { sends: heartbeat, closes: true },
    { sends: stored(5) + heartbeat, closes: true },
  ]);
  await awaitRequest(3, 1_000);
  assert.equal(requests, ['0', '9', '9']);
  assert.equal(seenEvents, [null, null, '5=2026-01-31T12:00:00.000Z']);
  await stop();
});
test('continues after an event that was received earlier', async () => {
  const seen = { position: 4, time: '2026-01-30T12:00:00.000Z' };
  const { requests, seenEvents, awaitRequest, stop } = follow([], seen);
  await awaitRequest(1, 0);
  assert.equal([requests, seenEvents], [['4'], ['4=2026-01-30T12:00:00.000Z']]);
  await stop();
});
test('ends with EventsGone on `reset`, without another request', async () => {
  const reset = 'event: reset\nid: 17\ndata: {"asked":20,"position":17,"first":1,"last":17}\n\n';
  const { requests, ended } = follow([{ sends: reset + stored(18), closes: false }], 20);
  const error = await ended.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof EventsGone);
  assert.equal([error.asked, error.position], [20, 17]);
  assert.is(requests.length, 1);
});
test('requests only the chosen events', async () => {
  const paths: string[] = [];
  const transport = createTransport('http://service.invalid', {
    fetch(url) {
      paths.push(url instanceof URL ? url.pathname + url.search : '');
      return Promise.resolve(new Response('', { status: 404 }));
    },
  });
  const events = followEvents(transport, 'events', liveEventOf(Event), { id: 7, types: ['Lit', 'Unlit'] });
  const error: unknown = await events.next().catch((thrown: unknown) => thrown);
  assert.instance(error, ProblemError);
  assert.equal(paths, ['/events?type=Lit&type=Unlit&id=7']);
});
test('waits for Retry-After if the service rejects the connection', async () => {
  const { awaitRequest, stop } = follow([
    { sends: '', closes: true, status: 503, headers: { 'Retry-After': '7' } },
  ]);
  await awaitRequest(1, 0);
  const elapsedMs = await awaitRequest(2, 8_000);
  assert.ok(elapsedMs >= 7_000 - stepMs, `${elapsedMs} ms`);
  await stop();
});
test('uses the reconnection time of an earlier event of the connection', async () => {
  const { awaitRequest, stop } = follow([{ sends: `retry: 3000\n\n${stored(5)}`, closes: true }]);
  await awaitRequest(1, 0);
  const elapsedMs = await awaitRequest(2, 4_000);
  assert.ok(elapsedMs >= 3_000 - stepMs, `${elapsedMs} ms`);
  await stop();
});
test('ends without an error if it is aborted while it reads or waits', async () => {
  const reading = follow([{ sends: stored(5), closes: false }]);
  await reading.awaitRequest(1, 0);
  await reading.stop();
  const waiting = follow([failing]);
  await waiting.awaitRequest(1, 0);
  await waiting.stop();
  assert.is(waiting.requests.length, 1);
});
test('joins a line end that arrives in two parts', async () => {
  const text = stored(5).replaceAll('\n', '\r\n');
  const { awaitRequest, positions, stop } = follow([
    { sends: [text.slice(0, -3), text.slice(-3, -2), text.slice(-2)], closes: true },
  ]);
  await awaitRequest(2, 1_000);
  assert.equal(positions, [5]);
  await stop();
});
test('closes a connection that is idle for too long', async () => {
  const { awaitRequest, cancelled, stop } = follow([{ sends: stored(5), closes: false }]);
  await awaitRequest(2, 60_000);
  assert.equal(cancelled, [1]);
  await stop();
});
test.run();
