/** The live events as a client of the laptop service sees them: what is sent, what may be asked for, what is refused. */

import { request, type IncomingMessage } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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
/** Waits through the whole file for an event that never comes. */
const silent = await openEventStream(`${events}?id=999999`);
const streams: EventStream[] = [silent];

async function open(query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventStream> {
  const stream = await openEventStream(events + query, headers);
  streams.push(stream);
  return stream;
}

let lastId = 0;
/** Adds laptops under new ids; resolves with the positions of their events. */
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

/** Sends a HEAD, or a GET whose answer is no stream. */
function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
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

const sending = suite('what a client is sent');

sending('the headers at once, although nothing happens', () => {
  assert.is(silent.status, 200);
  assert.is(silent.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.is(silent.headers['x-accel-buffering'], 'no');
  assert.match(silent.headers['cache-control'] ?? '', /no-store.*no-transform/);
  assert.match(String(silent.headers['stream-position']), /^\d+$/);
});

sending('first of all when and from where to come back', async () => {
  const stream = await open();
  const greeting = await stream.next(({ retry }) => retry !== undefined);
  assert.ok(greeting.retry !== undefined && greeting.retry >= 500 && greeting.retry <= 3000);
  const position = await stream.next(({ id }) => id !== undefined);
  assert.is(position.id, await lastPosition());
  assert.is(position.data, undefined);
});

sending('every event from now on, with its position, time, laptop and content', async () => {
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

sending('the id of the command that caused an event', async () => {
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

sending('nothing of what the fold refuses, live or from the log', async () => {
  const stream = await open();
  const [refused = 0, alsoRefused = 0, good = 0] = await publishAll(connection.nc, [
    { subject: 'laptops.events.1', payload: 'not JSON' },
    laptopAdded(1),
    laptopAdded((lastId += 1)),
  ]);
  await stream.reached(good);
  const late = await open('', { 'Last-Event-ID': '0' });
  await late.reached(good);
  for (const { positions } of [stream, late]) {
    assert.not(positions.includes(refused));
    assert.not(positions.includes(alsoRefused));
  }
});

sending('nothing compressed, whatever it accepts', async () => {
  const stream = await open('', { 'Accept-Encoding': 'gzip, br, deflate' });
  assert.is(stream.headers['content-encoding'], undefined);
  const [position = 0] = await addLaptops(1);
  await stream.reached(position);
});
sending.run();

const asking = suite('what a client may ask for');

asking('only events of one type, or of several', async () => {
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

asking('only events of one laptop', async () => {
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

asking(
  'everything after a position: by Last-Event-ID, or by ?after, of which Last-Event-ID wins',
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

asking('after the last position: only what comes', async () => {
  const stream = await open('', { 'Last-Event-ID': String(await lastPosition()) });
  const positions = await addLaptops(2);
  await stream.reached(positions.at(-1) ?? 0);
  assert.equal(stream.positions, positions);
});

asking('a position that the stream does not have resets it to the present', async () => {
  const present = await lastPosition();
  const asked = present + 1_000_000;
  const stream = await open('', { 'Last-Event-ID': String(asked) });
  const { id, data } = await stream.next(({ event }) => event === 'reset');
  assert.is(id, present);
  assert.equal(JSON.parse(data ?? ''), { asked, position: present, first: 1, last: present });
  const positions = await addLaptops(2);
  await stream.reached(positions.at(-1) ?? 0);
  assert.equal(stream.positions, positions);
});

for (const [what, query, headers] of [
  ['an unknown type', '?type=Nonsense', {}],
  ['an id that is none', '?id=x', {}],
  ['two ids', '?id=1&id=2', {}],
  ['an unknown parameter', '?since=1', {}],
  ['a Last-Event-ID that is no position', '', { 'Last-Event-ID': 'abc' }],
] as const) {
  asking(`${what} is refused before anything is sent`, async () => {
    const { response, body } = await ask('GET', `/laptops/events${query}`, headers);
    assert.is(response.statusCode, 400);
    assert.is(response.headers['content-type'], 'application/problem+json');
    assert.match(body, /\/problems\/malformed/);
  });
}
asking.run();

const ending = suite('how it ends');

ending('a comment every 15 s keeps a silent connection open, and says how far it has come', async () => {
  const passed = await lastPosition();
  const isHeartbeat = ({ id, data, time }: (typeof silent.blocks)[number]) =>
    id === passed && data === undefined && time > opened + 1000;
  await silent.next(isHeartbeat, 20_000);
  const times = silent.blocks.filter(({ comments }) => comments.length > 0).map(({ time }) => time);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? opened));
  assert.ok(
    gaps.every((gap) => gap < 16_000),
    String(gaps),
  );
  assert.equal(silent.positions, []);
});

ending('every client is sent away politely when the service ends, and the service ends in time', async () => {
  for (const stream of streams) if (stream.ending === undefined) stream.pause();
  const reading = await Promise.all(Array.from({ length: 20 }, () => open()));
  const started = performance.now();
  assert.is(await service.stop(), 0);
  assert.ok(performance.now() - started < 3000);
  await Promise.all(reading.map((stream) => stream.ended()));
  for (const stream of reading) assert.is(stream.ending, 'ended');
  const moments = reading.map((stream) => stream.blocks.at(-1)?.retry ?? 0);
  assert.ok(
    moments.every((moment) => moment >= 500 && moment <= 3000),
    String(moments),
  );
  assert.ok(new Set(moments).size > 10, 'not all at the same time');
});
ending.run();

const counting = suite('how many there may be');

counting('HEAD has the headers, no body, and leaves nothing behind', async () => {
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

    const refused = await fetch(url);
    assert.is(refused.status, 503);
    assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
    assert.match(await refused.text(), /\/problems\/unavailable/);

    first.close();
    // Its place is free as soon as the service has noticed.
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
counting.run();

const cleaning = suite('in the end');
cleaning('nothing is left', async () => {
  for (const stream of streams) stream.close();
  await connection.nc.close();
  await broker.close();
});
cleaning.run();
