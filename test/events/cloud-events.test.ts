/** Events as CloudEvents 1.0, validated with the SDK of the CloudEvents project. The default formats are unaffected. */

import { jetstream } from '@nats-io/jetstream';
import { CloudEvent, HTTP } from 'cloudevents';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openEventStream } from '../support/http/event-stream.ts';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();
const js = jetstream(connection.nc);
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

const single = 'application/cloudevents+json';
const batch = 'application/cloudevents-batch+json';
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** Publishes a message directly to the stream. Returns its position. */
async function publish(subject: string, event: object | string, fields: Record<string, string> = {}) {
  const sent = headers();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  return (await js.publish(subject, payload, { headers: sent })).seq;
}

/** Parses an envelope with the SDK, which throws if the envelope violates the specification. */
function parseEnvelope(envelope: unknown): CloudEvent<unknown> {
  // The SDK generates these fields if they are missing, so check that they are present.
  z.object({ id: z.string(), time: z.string(), specversion: z.string() }).parse(envelope);
  return new CloudEvent<unknown>(Object(envelope));
}

function eventsOf({ status, headers, text, body }: HttpResponse): CloudEvent<unknown>[] {
  assert.is(status, 200);
  assert.is(headers.get('Content-Type'), batch);
  const events = z.array(z.unknown()).parse(body).map(parseEnvelope);
  const read = HTTP.toEvent({ headers: { 'content-type': batch }, body: text });
  assert.is([read].flat().length, events.length);
  return events;
}

const idsOf = (response: HttpResponse) => eventsOf(response).map(({ id }) => Number(id));
const fresh = (accept: string) => ({ headers: { Accept: accept, 'Wait-For-Position': 'latest' } });

// Positions 1 and 2: two laptops added by the service; 3: a rejected event; 4: not an event; 5: a revision with a trace;
// 6: a revision with an invalid trace.
await laptops.post('/laptops', {
  json: { id: 1, title: 'Lenovo', model: 'S3' },
  headers: { 'Idempotency-Key': '"add-1"' },
});
await laptops.post('/laptops', { json: { id: 2, title: 'Apple', model: 'Air' } });
await publish('laptops.events.1', { type: 'LaptopAdded', title: 'again', model: 'no' });
await publish('laptops.events.1', 'not JSON');
await publish('laptops.events.1', { type: 'LaptopRevised', model: 'S4' }, { traceparent: trace });
await publish('laptops.events.1', { type: 'LaptopRevised', model: 'S5' }, { traceparent: 'nonsense' });

const history = suite('an entity history as CloudEvents');

history('has complete envelopes that the SDK accepts', async () => {
  const response = await laptops.get('/laptops/1/events', fresh(batch));
  assert.is(eventsOf(response).length, 3);
  const [added, revised, untraced] = z.array(z.record(z.string(), z.unknown())).parse(response.body);
  const { time, ...rest } = { ...added };
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(rest, {
    specversion: '1.0',
    id: '1',
    source: '/laptops',
    type: 'LaptopAdded',
    subject: '1',
    datacontenttype: 'application/json',
    data: { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' },
    sequence: '0000000000000001',
    messageid: 'add-1',
  });
  assert.is(revised?.['traceparent'], trace);
  assert.not('messageid' in (revised ?? {}));
  assert.not('traceparent' in (untraced ?? {}), 'an invalid trace is not passed on');
});
history('omits rejected messages', async () => {
  assert.equal(idsOf(await laptops.get('/laptops/1/events', fresh(batch))), [1, 5, 6]);
});
history('is a batch even if the client accepts only single CloudEvents', async () => {
  assert.equal(idsOf(await laptops.get('/laptops/1/events', fresh(single))), [1, 5, 6]);
});
history('is paginated, and each page links to the next', async () => {
  const first = await laptops.get('/laptops/1/events?limit=1', fresh(batch));
  assert.equal(idsOf(first), [1]);
  assert.is(first.headers.get('Link'), '</laptops/1/events?limit=1&after=1>; rel="next"');
  const second = await laptops.get('/laptops/1/events?limit=1&after=1', fresh(batch));
  assert.equal(idsOf(second), [5]);
  const third = await laptops.get('/laptops/1/events?limit=1&after=5', fresh(batch));
  assert.equal(idsOf(third), [6]);
  assert.is(third.headers.get('Link'), null);
});
history('has the same id and source for an event through every replica and route', async () => {
  await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
  const old = await publish('ports.events.1', { type: 'PortRenamed', name: 'USB4' });
  const other = await start('ports');
  const responses = await Promise.all([
    ports.get('/ports/1/events', fresh(batch)),
    ports.get('/port/1/events', fresh(batch)),
    other.get('/ports/1/events', fresh(batch)),
  ]);
  const [first] = responses;
  for (const response of responses) assert.is(response.text, first.text);
  const renamed = eventsOf(first).at(-1);
  assert.is(renamed?.source, '/ports');
  assert.is(renamed?.id, String(old));
  assert.equal(renamed?.data, { type: 'PortRenamed', name: 'USB4', from: null }, 'in the current shape');
});
history('is validated by an SDK that rejects invalid envelopes', async () => {
  const { body } = await laptops.get('/laptops/1/events?limit=1', fresh(batch));
  const [event] = z.array(z.record(z.string(), z.unknown())).parse(body);
  assert.ok(parseEnvelope(event).validate());
  for (const wrong of [
    { source: '' },
    { type: '' },
    { time: 'noon' },
    { 'message-id': 'x' },
    { subject: '' },
  ])
    assert.throws(() => parseEnvelope({ ...event, ...wrong }), undefined, JSON.stringify(wrong));
});
history.run();

const negotiation = suite('content negotiation');

/** Accept header; expected Content-Type of the history; expected Content-Type of the feed. */
const choices: [string, string, string][] = [
  ['*/*', 'application/json; charset=utf-8', 'text/event-stream; charset=utf-8'],
  [batch, batch, batch],
  [single, batch, 'text/event-stream; charset=utf-8'],
  [`${batch};charset=utf-8`, batch, batch],
  [`*/*;q=0.5, ${batch}`, batch, batch],
  [`${batch};q=0.5, */*`, 'application/json; charset=utf-8', 'text/event-stream; charset=utf-8'],
  [`${batch};q=0, ${single}`, batch, 'text/event-stream; charset=utf-8'],
  [
    `application/json, text/event-stream, ${batch}`,
    'application/json; charset=utf-8',
    'text/event-stream; charset=utf-8',
  ],
  [`${batch}, application/json, text/event-stream`, batch, batch],
];
for (const [accept, atHistory, atFeed] of choices) {
  negotiation(`selects the media types for Accept: ${accept}`, async () => {
    const response = await laptops.get('/laptops/1/events', { headers: { Accept: accept } });
    assert.is(response.headers.get('Content-Type'), atHistory);
    assert.match(response.headers.get('Vary') ?? '', /\bAccept\b(?!-)/);
    for (const [path, expected] of [
      ['/laptops/1/events', atHistory],
      ['/laptops/events', atFeed],
    ] as const) {
      const head = await laptops.head(path, { headers: { Accept: accept } });
      assert.is(head.status, 200);
      assert.is(head.text, '');
      assert.is(head.headers.get('Content-Type'), expected, path);
      assert.match(head.headers.get('Vary') ?? '', /\bAccept\b(?!-)/);
    }
  });
}
negotiation('responds with 406 if no media type is acceptable', async () => {
  for (const path of ['/laptops/1/events', '/laptops/events'])
    for (const accept of ['text/html', 'application/cloudevents+avro', `${batch};q=0, ${single};q=0`]) {
      const response = await laptops.get(path, { headers: { Accept: accept } });
      assert.is(response.status, 406, `${path} ${accept}`);
      assert.match(response.headers.get('Vary') ?? '', 'Accept');
    }
});
negotiation('returns the default format, including the trace, without an Accept header', async () => {
  const { body } = await laptops.get('/laptops/1/events?after=4&limit=1');
  assert.ok(Array.isArray(body));
  const { time: _, ...entry } = body[0];
  assert.equal(entry, { position: 5, traceparent: trace, event: { type: 'LaptopRevised', model: 'S4' } });
});
negotiation.run();

const pages = suite('the pages of all events');

/** Follows the `next` links from `path` to the last page. */
async function readPages(path: string): Promise<number[][]> {
  const found: number[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const response: HttpResponse = await laptops.get(next, fresh(batch));
    found.push(idsOf(response));
    next = /^<(.*)>; rel="next"$/.exec(response.headers.get('Link') ?? '')?.[1];
  }
  return found;
}

pages('contain all events, but no rejected messages', async () => {
  assert.equal((await readPages('/laptops/events')).flat(), [1, 2, 5, 6]);
  assert.equal(await readPages('/laptops/events?limit=2'), [[1, 2], [], [5, 6]]);
});
pages('accept the same filters as the live feed', async () => {
  assert.equal((await readPages('/laptops/events?id=1&type=LaptopRevised&limit=1')).flat(), [5, 6]);
  assert.equal((await readPages('/laptops/events?id=2')).flat(), [2]);
});
pages('can be resumed from the position of the last one', async () => {
  const last = await laptops.get('/laptops/events', fresh(batch));
  const path = `/laptops/events?after=${positionOf(last)}`;
  assert.equal(idsOf(await laptops.get(path, fresh(batch))), []);
  const position = positionOf(
    await laptops.post('/laptops', { json: { id: 3, title: 'Dell', model: 'XPS' } }),
  );
  assert.equal(idsOf(await laptops.get(path, fresh(batch))), [position]);
  const resumed = { headers: { ...fresh(batch).headers, 'Last-Event-ID': String(position - 1) } };
  assert.equal(idsOf(await laptops.get('/laptops/events', resumed)), [position]);
});
pages('continue after the first one if it was requested with ?lastEventId', async () => {
  const first = await laptops.get('/laptops/events?lastEventId=1&limit=1', fresh(batch));
  assert.equal(idsOf(first), [2]);
  assert.is(first.headers.get('Link'), '</laptops/events?limit=1&after=2>; rel="next"');
});
pages('reject a position beyond the end of the stream', async () => {
  const end = positionOf(await laptops.get('/laptops/events', fresh(batch)));
  const beyond = await laptops.get('/laptops/events?after=99999', fresh(batch));
  assertProblem(beyond, 'malformed', `\`after\` is 99999, but LAPTOPS ends at position ${end}.`);
  const resumed = { headers: { ...fresh(batch).headers, 'Last-Event-ID': String(end + 1) } };
  assertProblem(await laptops.get('/laptops/events', resumed), 'malformed');
});
pages('reject an event that the stream does not hold', async () => {
  const { body } = await laptops.get('/laptops/events?limit=1', fresh(batch));
  const [{ time }] = z.tuple([z.object({ time: z.string() })]).parse(body);
  const readAfter = (seen: string) =>
    laptops.get('/laptops/events?after=1', { headers: { ...fresh(batch).headers, 'Seen-Event': seen } });
  assert.is((await readAfter(`1=${time}`)).status, 200);
  const replaced = await readAfter('1=2026-01-31T12:00:00.000Z');
  assertProblem(replaced, 'malformed', 'LAPTOPS has another message at position 1.');
});
pages('reject an invalid limit', async () => {
  for (const limit of ['0', '1001', 'x'])
    assert.is((await laptops.get(`/laptops/events?limit=${limit}`, fresh(batch))).status, 400);
});
pages.run();

const live = suite('the live feed of CloudEvents');

for (const [method, query, accept] of [
  ['by Accept', '?after=0', single],
  [
    'by an Accept header that prefers them over the default',
    '?after=0',
    `text/event-stream;q=0.9, ${single}`,
  ],
  ['by a query parameter, for browsers', '?after=0&format=cloudevents', 'text/event-stream'],
] as const) {
  live(`can be requested ${method}`, async () => {
    const standard = await openEventStream(`${laptops.url}/laptops/events?after=0`);
    const stream = await openEventStream(`${laptops.url}/laptops/events${query}`, { Accept: accept });
    try {
      assert.is(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
      const last = await publish('laptops.events.1', { type: 'LaptopRevised', model: method });
      await Promise.all([stream.reached(last), standard.reached(last)]);
      assert.equal(stream.positions, standard.positions);
      const envelopes = stream.blocks.flatMap(({ id, data }) => (data === undefined ? [] : [{ id, data }]));
      for (const { id, data } of envelopes) {
        assert.is(parseEnvelope(JSON.parse(data)).id, String(id));
        assert.instance(HTTP.toEvent({ headers: { 'content-type': single }, body: data }), CloudEvent);
      }
      // The last event was sent live, the others were read from the stream. All of them equal the events on a page.
      const page = await laptops.get('/laptops/events', fresh(batch));
      assert.equal(
        envelopes.map(({ data }) => JSON.parse(data)),
        page.body,
      );
    } finally {
      stream.close();
      standard.close();
    }
  });
}
live('accepts the same filters as the standard feed', async () => {
  const url = `${laptops.url}/laptops/events?after=0&id=2`;
  const stream = await openEventStream(url, { Accept: single });
  try {
    const last = await publish('laptops.events.2', { type: 'LaptopRemoved' });
    await stream.reached(last);
    assert.equal(stream.positions, [2, last]);
  } finally {
    stream.close();
  }
});
live('rejects an unknown format', async () => {
  assert.is((await laptops.get('/laptops/events?format=xml')).status, 400);
});
live.after(close);
live.run();
