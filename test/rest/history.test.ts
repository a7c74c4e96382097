/** What the log holds of one entity, as it can be read over REST. */

import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, pointersOf, positionOf, type Answer } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, jsm, start, close } = await startTestSystem();
const js = jetstream(connection.nc);
const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);

type Entry = {
  readonly position: number;
  readonly time: string;
  readonly messageId?: string;
  readonly event?: { readonly type: string };
  readonly rejected?: string;
};

function entriesOf({ status, body }: Answer): Entry[] {
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  return body;
}

/** Stores a message past the service; gives its position. */
async function publish(subject: string, payload: string, messageId?: string): Promise<number> {
  return (await js.publish(subject, payload, messageId === undefined ? {} : { msgID: messageId })).seq;
}

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
const lenovo = { title: 'Lenovo', model: 'S3' };

const telling = suite("an entity's history is every message on its subject, in order");

/** Where the messages of laptop 1 landed. */
const positions: number[] = [];

telling(
  'with position, time, event and message id, and what was refused in its place, with the reason',
  async () => {
    const subject = 'laptops.events.1';
    positions.push(await publish(subject, '{"type":"LaptopRemoved"}'));
    positions.push(
      positionOf(await laptops.post('/laptops', { json: { id: 1, ...lenovo }, ...withKey('add-1') })),
    );
    await laptops.post('/laptops', { json: { id: 2, ...lenovo } });
    positions.push(await publish(subject, 'not JSON', 'by hand'));
    positions.push(await publish(subject, '{"type":"LaptopAdded","title":"IBM","model":"T60"}'));
    positions.push(await publish(subject, '{"type":"LaptopRevised"}'));
    positions.push(await publish(subject, '{"type":"Flown"}'));
    positions.push(await publish(subject, '{"type":"LaptopRevised","model":"S4","by":"hand"}'));
    positions.push(
      positionOf(
        await laptops.put('/laptops/1', { json: { title: 'IBM', model: 'S4' }, ...withKey('put-1') }),
      ),
    );

    const entries = entriesOf(await laptops.get('/laptops/1/events'));
    assert.equal(
      entries.map(({ time: _time, ...entry }) => entry),
      [
        { position: positions[0], event: { type: 'LaptopRemoved' }, rejected: 'there is no such laptop' },
        { position: positions[1], messageId: 'add-1', event: { type: 'LaptopAdded', ...lenovo } },
        { position: positions[2], messageId: 'by hand', rejected: 'not JSON' },
        {
          position: positions[3],
          event: { type: 'LaptopAdded', title: 'IBM', model: 'T60' },
          rejected: 'the laptop is already there',
        },
        { position: positions[4], rejected: 'LaptopRevised: needs a title or a model' },
        { position: positions[5], rejected: 'unknown event type "Flown"' },
        { position: positions[6], event: { type: 'LaptopRevised', model: 'S4' } },
        { position: positions[7], messageId: 'put-1', event: { type: 'LaptopRevised', title: 'IBM' } },
      ],
    );
    assert.equal((await laptops.get('/laptops/1')).body, { id: 1, title: 'IBM', model: 'S4', ports: [] });
  },
);
telling('the time is when the broker stored it', async () => {
  for (const { position, time } of entriesOf(await laptops.get('/laptops/1/events'))) {
    const stored = await jsm.streams.getMessage('LAPTOPS', { seq: position });
    assert.is(time, stored?.time.toISOString());
  }
});
telling('a command without a key has a message id that the service made', async () => {
  const [entry, ...others] = entriesOf(await laptops.get('/laptops/2/events'));
  assert.equal(others, []);
  assert.match(entry?.messageId ?? '', /^[0-9a-f-]{36}$/);
});
telling('what it refused is what /rejections lists', async () => {
  const refused = entriesOf(await laptops.get('/laptops/1/events')).filter(
    ({ rejected }) => rejected !== undefined,
  );
  const { body } = await laptops.get('/laptops/rejections', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(
    body,
    refused.map(({ position, time, rejected }) => ({
      position,
      time,
      subject: 'laptops.events.1',
      reason: rejected,
    })),
  );
});
telling('after a removal it is still there, and goes on when the laptop comes back', async () => {
  await laptops.post('/laptops', { json: { id: 3, ...lenovo } });
  await laptops.delete('/laptops/3');
  assertProblem(await laptops.get('/laptops/3'), 'not-found');
  const typesOf = async () =>
    entriesOf(await laptops.get('/laptops/3/events')).map(({ event }) => event?.type);
  assert.equal(await typesOf(), ['LaptopAdded', 'LaptopRemoved']);
  await laptops.post('/laptops', { json: { id: 3, ...lenovo } });
  assert.equal(await typesOf(), ['LaptopAdded', 'LaptopRemoved', 'LaptopAdded']);
});
telling('one that only had messages that were refused has a history, too', async () => {
  const position = await publish('laptops.events.4', '');
  const [entry, ...others] = entriesOf(await laptops.get('/laptops/4/events'));
  assert.equal([entry?.position, entry?.rejected, others], [position, 'not JSON', []]);
  assertProblem(await laptops.get('/laptops/4'), 'not-found');
});
telling('one that never was has none', async () => {
  assertProblem(await laptops.get('/laptops/5/events'), 'not-found', /There never was a laptop 5/);
  assertProblem(await ports.get('/ports/5/events'), 'not-found', /There never was a port 5/);
});
telling('what is no id is malformed', async () => {
  for (const id of ['x', '0', '01', '9007199254740992'])
    assertProblem(await laptops.get(`/laptops/${id}/events`), 'malformed');
});
telling.run();

const paging = suite('a history comes in pages');

/** The target of the link to the next page; undefined when there is none. */
const nextOf = ({ headers }: Answer) => /^<(.*)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1];

paging('each links the next one, and together they are the whole', async () => {
  const whole = entriesOf(await laptops.get('/laptops/1/events'));
  for (const limit of [1, 3, 4, 7]) {
    const pages: Entry[][] = [];
    let path: string | undefined = `/laptops/1/events?limit=${limit}`;
    while (path !== undefined) {
      const answer: Answer = await laptops.get(path);
      pages.push(entriesOf(answer));
      path = nextOf(answer);
    }
    assert.equal(pages.flat(), whole);
    assert.is(pages.length, Math.ceil(whole.length / limit));
    assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
  }
});
paging('a limit that is enough links nothing', async () => {
  for (const limit of [8, 9, 10_000])
    assert.is(nextOf(await laptops.get(`/laptops/1/events?limit=${limit}`)), undefined);
});
paging(
  'after a position, what follows it; whether that was refused depends on what came before',
  async () => {
    const whole = entriesOf(await laptops.get('/laptops/1/events'));
    for (const [index, position] of positions.entries()) {
      const answer = await laptops.get(`/laptops/1/events?after=${position}`);
      assert.equal(entriesOf(answer), whole.slice(index + 1));
    }
    // The laptop 2 came between the second and the third message.
    const between = await laptops.get(`/laptops/1/events?after=${Number(positions[1]) + 1}`);
    assert.equal(entriesOf(between), whole.slice(2));
  },
);
paging('parameters that are not what they should be are named', async () => {
  for (const [query, pointer] of [
    ['limit=0', '/limit'],
    ['limit=10001', '/limit'],
    ['after=-1', '/after'],
    ['after=x', '/after'],
    ['asOf=1', '/asOf'],
  ]) {
    const answer = await laptops.get(`/laptops/1/events?${query}`);
    assertProblem(answer, 'malformed');
    assert.equal(pointersOf(answer), [pointer]);
  }
});
paging.run();

const upcasting = suite('an event that was stored in an old version is shown in the shape of today');

upcasting('a PortRenamed without v, and one of today', async () => {
  const added = positionOf(await ports.post('/ports', { json: { id: 1, name: 'USB-C' } }));
  const old = await publish('ports.events.1', '{"type":"PortRenamed","name":"USB-C left"}');
  const before = { headers: { 'Wait-For-Position': String(old) } };
  assert.equal((await ports.get('/ports/1', before)).body, { id: 1, name: 'USB-C left' });
  const renamed = positionOf(await ports.put('/ports/1', { json: { name: 'Thunderbolt' } }));
  assert.equal(
    entriesOf(await ports.get('/ports/1/events')).map(({ position, event }) => [position, event]),
    [
      [added, { type: 'PortAdded', name: 'USB-C' }],
      [old, { type: 'PortRenamed', name: 'USB-C left', from: null }],
      [renamed, { type: 'PortRenamed', name: 'Thunderbolt', from: 'USB-C left' }],
    ],
  );
  assert.is((await ports.get('/port/1/events')).text, (await ports.get('/ports/1/events')).text);
});
upcasting('the log keeps what was stored', async () => {
  const [, old] = entriesOf(await ports.get('/ports/1/events'));
  const stored = await jsm.streams.getMessage('PORTS', { seq: old?.position ?? 0 });
  assert.equal(stored?.json(), { type: 'PortRenamed', name: 'USB-C left' });
});
upcasting('a version that is newer than this service is refused', async () => {
  const position = await publish('ports.events.1', '{"type":"PortRenamed","v":3,"name":"X"}');
  const entry = entriesOf(await ports.get('/ports/1/events')).at(-1);
  assert.is(entry?.position, position);
  assert.match(entry?.rejected ?? '', /version 3, newer/);
});
upcasting.after(close);
upcasting.run();
