/** What the client asks for when it follows events, and what ends it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { enableTimers, resetTimers, settle, stepMs } from '../../../test/support/http/simulated-service.ts';
import { liveEventOf } from '../api/responses/documents.ts';
import { EventsGone, followEvents, type FollowOptions } from './follow.ts';
import { ProblemError } from './problem-error.ts';
import { createTransport } from './transport.ts';

const Event = z.object({ type: z.literal('Lit') });
const at = (position: number) => ({
  position,
  time: '2026-01-31T12:00:00.000Z',
  id: 1,
  event: { type: 'Lit' } as const,
});
const stored = (position: number) => `id: ${position}\ndata: ${JSON.stringify(at(position))}\n\n`;

/** Follows a service that handles the connections in turn, until `count` events have arrived or the following ends. */
async function follow(connections: readonly Response[], count: number, options: FollowOptions<string> = {}) {
  const requests: { url: string; headers: Headers }[] = [];
  const controller = new AbortController();
  const signal = options.signal ?? controller.signal;
  const transport = createTransport('http://service.invalid', {
    fetch(url, { headers } = {}) {
      requests.push({
        url: url instanceof URL ? url.pathname + url.search : '',
        headers: new Headers(headers),
      });
      return Promise.resolve(connections[requests.length - 1] ?? new Response('retry: 60000\n\n'));
    },
  });
  const events: unknown[] = [];
  let error: unknown;
  try {
    for await (const event of followEvents(transport, 'events', liveEventOf(Event), { ...options, signal })) {
      events.push(event);
      if (events.length === count) break;
    }
  } catch (reason) {
    error = reason;
  }
  return { requests, events, error, header: (name: string) => requests[0]?.headers.get(name) ?? null };
}

const asking = suite('a follower');

asking('asks for new events of all types and entities by default', async () => {
  const { requests, header } = await follow([new Response(stored(1))], 1);
  assert.is(requests[0]?.url, '/events');
  assert.is(header('Accept'), 'text/event-stream');
  assert.is(header('Last-Event-ID'), null);
});
asking('asks for the events after a position, also after 0', async () => {
  assert.is((await follow([new Response(stored(1))], 1, { after: 0 })).header('Last-Event-ID'), '0');
  assert.is((await follow([new Response(stored(9))], 1, { after: 8 })).header('Last-Event-ID'), '8');
});
asking('asks for events of some types and of one entity', async () => {
  const { requests } = await follow([new Response(stored(1))], 1, { types: ['Lit', 'Out'], id: 7 });
  assert.is(requests[0]?.url, '/events?type=Lit&type=Out&id=7');
});
asking('sends its own token', async () => {
  const { header } = await follow([new Response(stored(1))], 1, { token: 't' });
  assert.is(header('Authorization'), 'Bearer t');
});
asking('returns the events, and ignores events of other kinds and blocks without data', async () => {
  const body = `: heartbeat\n\nevent: notice\ndata: x\n\nid: 4\n\n${stored(5)}${stored(6)}`;
  const { events } = await follow([new Response(body)], 2);
  assert.equal(
    events.map((event) => liveEventOf(Event).parse(event).position),
    [5, 6],
  );
});
asking('continues after the last id, which may come without an event', async () => {
  const { requests } = await follow([new Response('retry: 0\n\nid: 4\n\n'), new Response(stored(5))], 1, {
    after: 1,
  });
  assert.equal(
    requests.map(({ headers }) => headers.get('Last-Event-ID')),
    ['1', '4'],
  );
});
asking('waits for the time in Retry-After after an error that may pass', async () => {
  enableTimers();
  const unavailable = new Response('', { status: 503, headers: { 'Retry-After': '7' } });
  const following = follow([unavailable, new Response(stored(1))], 1);
  assert.is(await settle(following), 7_000);
  assert.equal((await following).requests.length, 2);
  resetTimers();
});
asking('waits for the time that the service asked for before the connection was lost', async () => {
  enableTimers();
  const lost = new ReadableStream({
    start: (source) => source.enqueue(new TextEncoder().encode('retry: 3000\n\n')),
    pull: (source) => source.error(new Error('lost')),
  });
  const following = follow([new Response(lost), new Response(stored(1))], 1);
  assert.is(await settle(following), 3_000);
  resetTimers();
});
asking('needs no signal', async () => {
  const transport = createTransport('http://service.invalid', {
    fetch: () => Promise.resolve(new Response(stored(1))),
  });
  const events = followEvents(transport, 'events', liveEventOf(Event), {});
  assert.is((await events.next()).value?.position, 1);
  await events.return();
});
asking('connects again at once if the service asks for that', async () => {
  enableTimers();
  const following = follow(
    [...Array.from({ length: 5 }, () => new Response('retry: 0\n\n')), new Response(stored(1))],
    1,
  );
  assert.ok((await settle(following)) <= 5 * stepMs);
  resetTimers();
});
asking.run();

const ending = suite('following ends');

ending('with EventsGone if the events are not in the stream', async () => {
  const reset = { asked: 20, position: 17, first: 1, last: 17 };
  const body = `event: reset\ndata: ${JSON.stringify(reset)}\n\n`;
  const { error, requests } = await follow([new Response(body)], 1, { after: 20 });
  assert.ok(error instanceof EventsGone);
  assert.equal([error.name, error.asked, error.position], ['EventsGone', 20, 17]);
  assert.is(error.message, 'The events after position 20 are not available. The current position is 17.');
  assert.is(requests.length, 1);
});
ending('with the problem if retrying cannot help', async () => {
  const { error, requests } = await follow([new Response('', { status: 404 })], 1);
  assert.ok(error instanceof ProblemError && error.status === 404);
  assert.is(requests.length, 1);
});
ending('with the problem also without a signal', async () => {
  const transport = createTransport('http://service.invalid', {
    fetch: () => Promise.resolve(new Response('', { status: 404 })),
  });
  const error: unknown = await followEvents(transport, 'events', liveEventOf(Event), {})
    .next()
    .catch((reason: unknown) => reason);
  assert.instance(error, ProblemError);
});
ending('with a problem if the response has no body', async () => {
  const { error } = await follow([new Response(null)], 1);
  assert.ok(error instanceof ProblemError && error.code === 'not-understood');
  assert.is(error.message, 'The response has no body.');
});
ending('with a problem if an event has another shape', async () => {
  const { error } = await follow([new Response('data: {"position":"x"}\n\n')], 1);
  assert.ok(error instanceof ProblemError && error.code === 'not-understood');
});
ending('without a request if the signal is aborted already', async () => {
  const { error, requests } = await follow([], 1, { signal: AbortSignal.abort() });
  assert.equal([error, requests.length], [undefined, 0]);
});
ending('without an error when the signal aborts during the request', async () => {
  const controller = new AbortController();
  const lost = new ReadableStream({
    pull(source) {
      controller.abort();
      source.error(new Error('aborted'));
    },
  });
  const { error, requests } = await follow([new Response(lost)], 1, { signal: controller.signal });
  assert.equal([error, requests.length], [undefined, 1]);
});
ending('without an error when the signal aborts, whatever the response is', async () => {
  const controller = new AbortController();
  const transport = createTransport('http://service.invalid', {
    fetch: () => {
      controller.abort();
      return Promise.resolve(new Response('', { status: 404 }));
    },
  });
  const events = followEvents(transport, 'events', liveEventOf(Event), { signal: controller.signal });
  assert.ok((await events.next()).done);
});
ending.run();
