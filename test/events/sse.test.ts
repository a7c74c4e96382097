/** The Server-Sent Events feed: contents, parameters, invalid requests, shutdown, and the client limit. */

import { request, type IncomingMessage } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { openEventStream, type EventStream } from '../support/http/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', { natsUrl: broker.url });
const events = `${service.url}/laptops/events`;
const opened = performance.now();
/** Open during the whole file, with a filter that matches no event. */
const idleStream = await openEventStream(`${events}?id=999999`);
const streams: EventStream[] = [idleStream];

async function open(query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const stream = await openEventStream(events + query, headers);
  streams.push(stream);
  return stream;
}

let lastId = 0;
/** Adds laptops with new ids. Returns the positions of their events. */
function addLaptops(count: number): Promise<number[]> {
  return publishAll(
    connection.nc,
    Array.from({ length: count }, () => laptopAdded((lastId += 1))),
  );
}

async function lastPosition(): Promise<number> {
  const response = await fetch(`${service.url}/laptops?limit=1`, {
    headers: { 'Wait-For-Position': 'latest' },
  });
  await response.arrayBuffer();
  return Number(response.headers.get('Stream-Position'));
}

/** Sends a request whose response is not an event stream. */
function send(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  return new Promise<{ response: IncomingMessage; body: string }>((resolve, reject) => {
    request(service.url + path, { method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ response, body }));
    })
      .once('error', reject)
      .end();
  });
}

const contents = suite('the event stream');

contents('sends the response headers at once, before any event', () => {
  assert.is(idleStream.status, 200);
  assert.is(idleStream.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.is(idleStream.headers['x-accel-buffering'], 'no');
  assert.match(idleStream.headers['cache-control'] ?? '', /no-store.*no-transform/);
  assert.match(String(idleStream.headers['stream-position']), /^\d+$/);
});

contents('begins with the reconnection time and the current position', async () => {
  const stream = await open();
  const first = await stream.next(({ retry }) => retry !== undefined);
  assert.ok(first.retry !== undefined && first.retry >= 500 && first.retry <= 3000);
  const position = await stream.next(({ id }) => id !== undefined);
  assert.is(position.id, await lastPosition());
  assert.is(position.data, undefined);
});

contents('sends every new event with its position, time, laptop id and payload', async () => {
  await addLaptops(1);
  const position = await lastPosition();
  const stream = await open();
  const [first = 0] = await addLaptops(1);
  await stream.reached(first);
  assert.is(first, position + 1);
  assert.equal(stream.positions, [first]);
  const data: unknown = JSON.parse(stream.blocks.find(({ id, data }) => id === first && data)?.data ?? '');
  const { time, ...rest } = Object(data);
  assert.equal(rest, {
    position: first,
    id: lastId,
    event: { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
  });
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
});

contents('includes the idempotency key of the command that caused an event', async () => {
  const stream = await open();
  const response = await fetch(`${service.url}/laptops`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': '"sse-1"' },
    body: JSON.stringify({ id: (lastId += 1), title: 'Apple', model: 'Air' }),
  });
  assert.is(response.status, 201);
  await stream.reached(Number(response.headers.get('Stream-Position')));
  assert.match(stream.blocks.findLast(({ data }) => data !== undefined)?.data ?? '', /"messageId":"sse-1"/);
});

contents('omits rejected messages, live or replayed', async () => {
  const stream = await open();
  const [invalid = 0, duplicate = 0, valid = 0] = await publishAll(connection.nc, [
    { subject: 'laptops.events.1', payload: 'not JSON' },
    laptopAdded(1),
    laptopAdded((lastId += 1)),
  ]);
  await stream.reached(valid);
  const late = await open('', { 'Last-Event-ID': '0' });
  await late.reached(valid);
  for (const { positions } of [stream, late]) {
    assert.not(positions.includes(invalid));
    assert.not(positions.includes(duplicate));
  }
});

contents('is not compressed, even if the client accepts compression', async () => {
  const stream = await open('', { 'Accept-Encoding': 'gzip, br, deflate' });
  assert.is(stream.headers['content-encoding'], undefined);
  const [position = 0] = await addLaptops(1);
  await stream.reached(position);
});
contents.run();

const parameters = suite('a request for events');

parameters('can select one or several event types', async () => {
  const one = await open('?type=LaptopRemoved');
  const two = await open('?type=LaptopRemoved&type=LaptopRevised');
  const [added = 0, revised = 0, removed = 0] = await publishAll(connection.nc, [
    laptopAdded((lastId += 1)),
    { subject: `laptops.events.${lastId}`, payload: '{"type":"LaptopRevised","model":"S4"}' },
    { subject: `laptops.events.${lastId}`, payload: '{"type":"LaptopRemoved"}' },
  ]);
  await Promise.all([one.reached(removed), two.reached(removed)]);
  assert.equal(one.positions, [removed]);
  assert.equal(two.positions, [revised, removed]);
  const late = await open('?type=LaptopRemoved', { 'Last-Event-ID': String(added - 1) });
  await late.reached(removed);
  assert.equal(late.positions, [removed]);
});

parameters('can select one laptop', async () => {
  const id = (lastId += 1);
  const stream = await open(`?id=${id}`);
  const [first = 0] = await publishAll(connection.nc, [laptopAdded(id)]);
  await addLaptops(5);
  const [last = 0] = await publishAll(connection.nc, [
    { subject: `laptops.events.${id}`, payload: '{"type":"LaptopRemoved"}' },
  ]);
  await stream.reached(last);
  assert.equal(stream.positions, [first, last]);
});

parameters(
  'can start after a position, given by Last-Event-ID or by ?after; Last-Event-ID takes precedence',
  async () => {
    const positions = await addLaptops(20);
    const [first = 0, second = 0, ...rest] = positions;
    const last = positions.at(-1) ?? 0;
    const byHeader = await open('', { 'Last-Event-ID': String(first) });
    const byQuery = await open(`?after=${second}`);
    const byBoth = await open('?after=0', { 'Last-Event-ID': String(second) });
    await Promise.all([byHeader, byQuery, byBoth].map((stream) => stream.reached(last)));
    assert.equal(byHeader.positions, [second, ...rest]);
    assert.equal(byQuery.positions, rest);
    assert.equal(byBoth.positions, rest);
  },
);

parameters('may have ?lastEventId, which polyfills of EventSource send, like the header', async () => {
  const positions = await addLaptops(5);
  const [first = 0, second = 0, ...rest] = positions;
  const last = positions.at(-1) ?? 0;
  const byQuery = await open(`?lastEventId=${second}`);
  const overAfter = await open(`?after=${first}&lastEventId=${second}`);
  const byHeader = await open(`?lastEventId=${first}`, { 'Last-Event-ID': String(second) });
  const empty = await open(`?after=${second}&lastEventId=`);
  for (const stream of [byQuery, overAfter, byHeader, empty]) {
    await stream.reached(last);
    assert.equal(stream.positions, rest);
  }
  for (const text of ['x', '-1', '1.5'])
    assert.is((await fetch(`${events}?lastEventId=${text}`)).status, 400);
});

parameters('after the last position returns only new events', async () => {
  const stream = await open('', { 'Last-Event-ID': String(await lastPosition()) });
  const positions = await addLaptops(2);
  await stream.reached(positions.at(-1) ?? 0);
  assert.equal(stream.positions, positions);
});

parameters(
  'after a position beyond the stream receives `reset` and continues from the current position',
  async () => {
    const present = await lastPosition();
    const asked = present + 1_000_000;
    const stream = await open('', { 'Last-Event-ID': String(asked) });
    const { id, data } = await stream.next(({ event }) => event === 'reset');
    assert.is(id, present);
    assert.equal(JSON.parse(data ?? ''), { asked, position: present, first: 1, last: present });
    assert.equal(
      stream.blocks.map((block) => block.id),
      [undefined, present],
      'no position beyond the end is confirmed',
    );
    const positions = await addLaptops(2);
    await stream.reached(positions.at(-1) ?? 0);
    assert.equal(stream.positions, positions);
  },
);

parameters('with an event that the stream holds continues after the position', async () => {
  const all = await open('?after=0');
  const { id: seen, data = '' } = await all.next(
    ({ event, data }) => event === 'message' && data !== undefined,
  );
  const last = await lastPosition();
  const { time } = z.object({ time: z.string() }).parse(JSON.parse(data));
  const stream = await open('', { 'Last-Event-ID': String(last), 'Seen-Event': `${seen}=${time}` });
  const positions = await addLaptops(2);
  await stream.reached(positions.at(-1) ?? 0);
  assert.equal(stream.positions, positions);
  assert.not(stream.blocks.some(({ event }) => event === 'reset'));
});

parameters('with an event that the stream does not hold receives `reset`', async () => {
  const [seen = 0] = await addLaptops(2);
  const last = await lastPosition();
  const headers = { 'Last-Event-ID': String(seen), 'Seen-Event': `${seen}=2026-01-31T12:00:00.000Z` };
  const stream = await open('', headers);
  const { id, data } = await stream.next(({ event }) => event === 'reset');
  assert.is(id, last);
  assert.equal(JSON.parse(data ?? ''), { asked: seen, position: last, first: 1, last });
  const positions = await addLaptops(1);
  await stream.reached(positions.at(-1) ?? 0);
  assert.equal(stream.positions, positions);
});

for (const [name, query, headers] of [
  ['an unknown type', '?type=Nonsense', {}],
  ['a malformed id', '?id=x', {}],
  ['two ids', '?id=1&id=2', {}],
  ['an unknown parameter', '?since=1', {}],
  ['a malformed Last-Event-ID', '', { 'Last-Event-ID': 'abc' }],
  ['a malformed Seen-Event', '', { 'Seen-Event': '1' }],
] as const) {
  parameters(`with ${name} is rejected with 400`, async () => {
    const { response, body } = await send('GET', `/laptops/events${query}`, headers);
    assert.is(response.statusCode, 400);
    assert.is(response.headers['content-type'], 'application/problem+json');
    assert.match(body, /\/problems\/malformed/);
  });
}
parameters.run();

const lifetime = suite('the event stream');

lifetime('sends a heartbeat comment with the current position every 15 s', async () => {
  const current = await lastPosition();
  const isHeartbeat = ({ id, data, time }: (typeof idleStream.blocks)[number]) =>
    id === current && data === undefined && time > opened + 1000;
  await idleStream.next(isHeartbeat, 20_000);
  const times = idleStream.blocks.filter(({ comments }) => comments.length > 0).map(({ time }) => time);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? opened));
  assert.ok(
    gaps.every((gap) => gap < 16_000),
    String(gaps),
  );
  assert.equal(idleStream.positions, []);
});

lifetime('ends on shutdown with a randomized reconnection time, without delaying the shutdown', async () => {
  for (const stream of streams) if (stream.ending === undefined) stream.pause();
  const reading = await Promise.all(Array.from({ length: 20 }, () => open()));
  const started = performance.now();
  assert.is(await service.stop(), 0);
  assert.ok(performance.now() - started < 3000);
  await Promise.all(reading.map((stream) => stream.ended()));
  for (const stream of reading) assert.is(stream.ending, 'ended');
  const retries = reading.map((stream) => stream.blocks.at(-1)?.retry ?? 0);
  assert.ok(
    retries.every((retry) => retry >= 500 && retry <= 3000),
    String(retries),
  );
  assert.ok(new Set(retries).size > 10, 'reconnection times differ');
});
lifetime.run();

const limits = suite('the client limit');

limits('counts open streams but not HEAD requests, and rejects further clients with 503', async () => {
  const small = await startServiceProcess('laptops', { natsUrl: broker.url, env: { SSE_MAX_CLIENTS: '1' } });
  const url = `${small.url}/laptops/events`;
  try {
    for (let count = 0; count < 5; count++) {
      const head = await fetch(url, { method: 'HEAD' });
      assert.is(head.status, 200);
      assert.is(head.headers.get('content-type'), 'text/event-stream; charset=utf-8');
      assert.is(await head.text(), '');
    }
    const first = await openEventStream(url);
    assert.is(first.status, 200);

    const rejected = await fetch(url);
    assert.is(rejected.status, 503);
    assert.match(rejected.headers.get('retry-after') ?? '', /^\d+$/);
    assert.match(await rejected.text(), /\/problems\/unavailable/);

    first.close();
    // The slot becomes free once the service has detected the disconnect.
    const second = await eventually(async () => {
      const stream = await openEventStream(url);
      assert.is(stream.status, 200);
      return stream;
    });
    second.close();
  } finally {
    await small.stop();
  }
});
limits.after(async () => {
  for (const stream of streams) stream.close();
  await connection.nc.close();
  await broker.close();
});
limits.run();
