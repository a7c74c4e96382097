/** Events as CloudEvents 1.0, judged by the SDK of the CloudEvents project; who asks for nothing gets what there always was. */

import { jetstream } from '@nats-io/jetstream';
import { CloudEvent, HTTP } from 'cloudevents';
import { headers } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { openEventStream } from '../support/http/event-stream.ts';
import { positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();
const js = jetstream(connection.nc);
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

const one = 'application/cloudevents+json';
const batch = 'application/cloudevents-batch+json';
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** Stores a message past the service; gives its position. */
async function publish(subject: string, event: object | string, fields: Record<string, string> = {}) {
  const sent = headers();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  const payload = typeof event === 'string' ? event : JSON.stringify(event);
  return (await js.publish(subject, payload, { headers: sent })).seq;
}

/** The envelope as the SDK has it; it throws where it breaks with the specification. */
function judge(envelope: unknown): CloudEvent<unknown> {
  // The SDK would make up what is missing of these.
  z.object({ id: z.string(), time: z.string(), specversion: z.string() }).parse(envelope);
  return new CloudEvent<unknown>(Object(envelope));
}

function eventsOf({ status, headers, text, body }: HttpResponse): CloudEvent<unknown>[] {
  assert.is(status, 200);
  assert.is(headers.get('Content-Type'), batch);
  const events = z.array(z.unknown()).parse(body).map(judge);
  const read = HTTP.toEvent({ headers: { 'content-type': batch }, body: text });
  assert.is([read].flat().length, events.length);
  return events;
}

const idsOf = (answer: HttpResponse) => eventsOf(answer).map(({ id }) => Number(id));
const fresh = (accept: string) => ({ headers: { Accept: accept, 'Wait-For-Position': 'latest' } });

// Positions 1 to 6: added by the service, a stranger, refused, no event at all, revised under a trace, and so again.
await laptops.post('/laptops', {
  json: { id: 1, title: 'Lenovo', model: 'S3' },
  headers: { 'Idempotency-Key': '"add-1"' },
});
await laptops.post('/laptops', { json: { id: 2, title: 'Apple', model: 'Air' } });
await publish('laptops.events.1', { type: 'LaptopAdded', title: 'again', model: 'no' });
await publish('laptops.events.1', 'not JSON');
await publish('laptops.events.1', { type: 'LaptopRevised', model: 'S4' }, { traceparent: trace });
await publish('laptops.events.1', { type: 'LaptopRevised', model: 'S5' }, { traceparent: 'nonsense' });

const history = suite('the history of an entity as CloudEvents');

history('each envelope says all that there is to say, and the SDK accepts it', async () => {
  const answer = await laptops.get('/laptops/1/events', fresh(batch));
  assert.is(eventsOf(answer).length, 3);
  const [added, revised, again] = z.array(z.record(z.string(), z.unknown())).parse(answer.body);
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
  assert.not('traceparent' in (again ?? {}), 'what is no trace is not passed on');
});
history('without what was refused, which never happened', async () => {
  assert.equal(idsOf(await laptops.get('/laptops/1/events', fresh(batch))), [1, 5, 6]);
});
history('a list of them is a batch, also for who asks for one kind of document', async () => {
  assert.equal(idsOf(await laptops.get('/laptops/1/events', fresh(one))), [1, 5, 6]);
});
history('in pages, each of which links the next', async () => {
  const first = await laptops.get('/laptops/1/events?limit=1', fresh(batch));
  assert.equal(idsOf(first), [1]);
  assert.is(first.headers.get('Link'), '</laptops/1/events?limit=1&after=1>; rel="next"');
  const second = await laptops.get('/laptops/1/events?limit=1&after=1', fresh(batch));
  assert.equal(idsOf(second), [5]);
  const third = await laptops.get('/laptops/1/events?limit=1&after=5', fresh(batch));
  assert.equal(idsOf(third), [6]);
  assert.is(third.headers.get('Link'), null);
});
history('the same event has the same id and source through every replica and by every name', async () => {
  await ports.post('/ports', { json: { id: 1, name: 'USB-C' } });
  const old = await publish('ports.events.1', { type: 'PortRenamed', name: 'USB4' });
  const other = await start('ports');
  const answers = await Promise.all([
    ports.get('/ports/1/events', fresh(batch)),
    ports.get('/port/1/events', fresh(batch)),
    other.get('/ports/1/events', fresh(batch)),
  ]);
  const [first] = answers;
  for (const answer of answers) assert.is(answer.text, first.text);
  const renamed = eventsOf(first).at(-1);
  assert.is(renamed?.source, '/ports');
  assert.is(renamed?.id, String(old));
  assert.equal(renamed?.data, { type: 'PortRenamed', name: 'USB4', from: null }, "in today's shape");
});
history('which is no matter of course: the SDK refuses an envelope that is none', async () => {
  const { body } = await laptops.get('/laptops/1/events?limit=1', fresh(batch));
  const [event] = z.array(z.record(z.string(), z.unknown())).parse(body);
  assert.ok(judge(event).validate());
  for (const wrong of [
    { source: '' },
    { type: '' },
    { time: 'noon' },
    { 'message-id': 'x' },
    { subject: '' },
  ])
    assert.throws(() => judge({ ...event, ...wrong }), undefined, JSON.stringify(wrong));
});
history.run();

const negotiation = suite('who gets CloudEvents');

/** Accept, and what answers it at the history, at the feed. */
const choices: [string, string, string][] = [
  ['*/*', 'application/json; charset=utf-8', 'text/event-stream; charset=utf-8'],
  [batch, batch, batch],
  [one, batch, 'text/event-stream; charset=utf-8'],
  [`${batch};charset=utf-8`, batch, batch],
  [`*/*;q=0.5, ${batch}`, batch, batch],
  [`${batch};q=0.5, */*`, 'application/json; charset=utf-8', 'text/event-stream; charset=utf-8'],
  [`${batch};q=0, ${one}`, batch, 'text/event-stream; charset=utf-8'],
  [
    `application/json, text/event-stream, ${batch}`,
    'application/json; charset=utf-8',
    'text/event-stream; charset=utf-8',
  ],
  [`${batch}, application/json, text/event-stream`, batch, batch],
];
for (const [accept, atHistory, atFeed] of choices) {
  negotiation(accept, async () => {
    const answer = await laptops.get('/laptops/1/events', { headers: { Accept: accept } });
    assert.is(answer.headers.get('Content-Type'), atHistory);
    assert.match(answer.headers.get('Vary') ?? '', /\bAccept\b(?!-)/);
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
negotiation('nobody gets what is not accepted', async () => {
  for (const path of ['/laptops/1/events', '/laptops/events'])
    for (const accept of ['text/html', 'application/cloudevents+avro', `${batch};q=0, ${one};q=0`]) {
      const answer = await laptops.get(path, { headers: { Accept: accept } });
      assert.is(answer.status, 406, `${path} ${accept}`);
      assert.match(answer.headers.get('Vary') ?? '', 'Accept');
    }
});
negotiation('who asks for nothing gets what there always was, and the trace', async () => {
  const { body } = await laptops.get('/laptops/1/events?after=4&limit=1');
  assert.ok(Array.isArray(body));
  const { time: _, ...entry } = body[0];
  assert.equal(entry, { position: 5, traceparent: trace, event: { type: 'LaptopRevised', model: 'S4' } });
});
negotiation.run();

const pages = suite('the events of all entities, page by page');

/** Follows the links from `path` to the last page. */
async function readPages(path: string): Promise<number[][]> {
  const found: number[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer: HttpResponse = await laptops.get(next, fresh(batch));
    found.push(idsOf(answer));
    next = /^<(.*)>; rel="next"$/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return found;
}

pages('are the whole log without what was refused', async () => {
  assert.equal((await readPages('/laptops/events')).flat(), [1, 2, 5, 6]);
  assert.equal(await readPages('/laptops/events?limit=2'), [[1, 2], [], [5, 6]]);
});
pages('take the same filters as the live events', async () => {
  assert.equal((await readPages('/laptops/events?id=1&type=LaptopRevised&limit=1')).flat(), [5, 6]);
  assert.equal((await readPages('/laptops/events?id=2')).flat(), [2]);
});
pages('go on from the position that the last one said', async () => {
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
pages('a limit that is none is refused', async () => {
  for (const limit of ['0', '1001', 'x'])
    assert.is((await laptops.get(`/laptops/events?limit=${limit}`, fresh(batch))).status, 400);
});
pages.run();

const live = suite('the live events as CloudEvents');

for (const [how, query, accept] of [
  ['by Accept', '?after=0', one],
  ['by Accept, which prefers them to what is usual', '?after=0', `text/event-stream;q=0.9, ${one}`],
  ['by a parameter, for browsers', '?after=0&format=cloudevents', 'text/event-stream'],
] as const) {
  live(how, async () => {
    const usual = await openEventStream(`${laptops.url}/laptops/events?after=0`);
    const stream = await openEventStream(`${laptops.url}/laptops/events${query}`, { Accept: accept });
    try {
      assert.is(stream.headers['content-type'], 'text/event-stream; charset=utf-8');
      const last = await publish('laptops.events.1', { type: 'LaptopRevised', model: how });
      await Promise.all([stream.reached(last), usual.reached(last)]);
      assert.equal(stream.positions, usual.positions);
      const envelopes = stream.blocks.flatMap(({ id, data }) => (data === undefined ? [] : [{ id, data }]));
      for (const { id, data } of envelopes) {
        assert.is(judge(JSON.parse(data)).id, String(id));
        assert.instance(HTTP.toEvent({ headers: { 'content-type': one }, body: data }), CloudEvent);
      }
      // The last came live, the others from the log: they are what a page of the log has.
      const page = await laptops.get('/laptops/events', fresh(batch));
      assert.equal(
        envelopes.map(({ data }) => JSON.parse(data)),
        page.body,
      );
    } finally {
      stream.close();
      usual.close();
    }
  });
}
live('filtered as the usual ones are', async () => {
  const url = `${laptops.url}/laptops/events?after=0&id=2`;
  const stream = await openEventStream(url, { Accept: one });
  try {
    const last = await publish('laptops.events.2', { type: 'LaptopRemoved' });
    await stream.reached(last);
    assert.equal(stream.positions, [2, last]);
  } finally {
    stream.close();
  }
});
live('another format is refused', async () => {
  assert.is((await laptops.get('/laptops/events?format=xml')).status, 400);
});
live.after(close);
live.run();
