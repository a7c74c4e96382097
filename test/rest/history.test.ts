/** `GET /laptops/{id}/events`: the history of one entity. */

import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertProblem, pointersOf, positionOf, type HttpResponse } from '../support/http/http.ts';
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

function entriesOf({ status, body }: HttpResponse): Entry[] {
  assert.is(status, 200);
  assert.ok(Array.isArray(body));
  return body;
}

/** Publishes a message directly to the stream. Returns its position. */
async function publish(subject: string, payload: string, messageId?: string): Promise<number> {
  return (await js.publish(subject, payload, messageId === undefined ? {} : { msgID: messageId })).seq;
}

const withKey = (key: string) => ({ headers: { 'Idempotency-Key': key } });
const lenovo = { title: 'Lenovo', model: 'S3' };

const history = suite('the history of an entity');

/** The positions of the messages of laptop 1. */
const positions: number[] = [];

history('lists every message in order, including rejected ones with their reason', async () => {
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
    positionOf(await laptops.put('/laptops/1', { json: { title: 'IBM', model: 'S4' }, ...withKey('put-1') })),
  );

  const entries = entriesOf(await laptops.get('/laptops/1/events'));
  assert.equal(
    entries.map(({ time: _time, ...entry }) => entry),
    [
      { position: positions[0], event: { type: 'LaptopRemoved' }, rejected: 'the laptop does not exist' },
      { position: positions[1], messageId: 'add-1', event: { type: 'LaptopAdded', ...lenovo } },
      { position: positions[2], messageId: 'by hand', rejected: 'not JSON' },
      {
        position: positions[3],
        event: { type: 'LaptopAdded', title: 'IBM', model: 'T60' },
        rejected: 'the laptop already exists',
      },
      { position: positions[4], rejected: 'LaptopRevised: needs a title or a model' },
      { position: positions[5], rejected: 'unknown event type "Flown"' },
      { position: positions[6], event: { type: 'LaptopRevised', model: 'S4' } },
      { position: positions[7], messageId: 'put-1', event: { type: 'LaptopRevised', title: 'IBM' } },
    ],
  );
  assert.equal((await laptops.get('/laptops/1')).body, { id: 1, title: 'IBM', model: 'S4', ports: [] });
});
history('has the time at which the broker stored each message', async () => {
  for (const { position, time } of entriesOf(await laptops.get('/laptops/1/events'))) {
    const stored = await jsm.streams.getMessage('LAPTOPS', { seq: position });
    assert.is(time, stored?.time.toISOString());
  }
});
history('after a position beyond the end of the stream is rejected', async () => {
  const { last_seq: end } = (await jsm.streams.info('LAPTOPS')).state;
  assert.equal(entriesOf(await laptops.get(`/laptops/1/events?after=${end}`)), []);
  assertProblem(await laptops.get(`/laptops/1/events?after=${end + 1}`), 'malformed');
});
history('has a generated message id for a command without a key', async () => {
  const [entry, ...others] = entriesOf(await laptops.get('/laptops/2/events'));
  assert.equal(others, []);
  assert.match(entry?.messageId ?? '', /^[0-9a-f-]{36}$/);
});
history('has the same rejected messages as /rejections', async () => {
  const rejectedEntries = entriesOf(await laptops.get('/laptops/1/events')).filter(
    ({ rejected }) => rejected !== undefined,
  );
  const { body } = await laptops.get('/laptops/rejections', { headers: { 'Wait-For-Position': 'latest' } });
  assert.equal(
    body,
    rejectedEntries.map(({ position, time, rejected }) => ({
      position,
      time,
      subject: 'laptops.events.1',
      reason: rejected,
    })),
  );
});
history('outlives a removal and continues when the laptop is added again', async () => {
  await laptops.post('/laptops', { json: { id: 3, ...lenovo } });
  await laptops.delete('/laptops/3');
  assertProblem(await laptops.get('/laptops/3'), 'not-found');
  const typesOf = async () =>
    entriesOf(await laptops.get('/laptops/3/events')).map(({ event }) => event?.type);
  assert.equal(await typesOf(), ['LaptopAdded', 'LaptopRemoved']);
  await laptops.post('/laptops', { json: { id: 3, ...lenovo } });
  assert.equal(await typesOf(), ['LaptopAdded', 'LaptopRemoved', 'LaptopAdded']);
});
history('exists for an id that has only rejected messages', async () => {
  const position = await publish('laptops.events.4', '');
  const [entry, ...others] = entriesOf(await laptops.get('/laptops/4/events'));
  assert.equal([entry?.position, entry?.rejected, others], [position, 'not JSON', []]);
  assertProblem(await laptops.get('/laptops/4'), 'not-found');
});
history('returns 404 for an id without messages', async () => {
  assertProblem(await laptops.get('/laptops/5/events'), 'not-found', /No laptop 5 has ever existed/);
  assertProblem(await ports.get('/ports/5/events'), 'not-found', /No port 5 has ever existed/);
});
history('returns 400 for a malformed id', async () => {
  for (const id of ['x', '0', '01', '9007199254740992'])
    assertProblem(await laptops.get(`/laptops/${id}/events`), 'malformed');
});
history.run();

const pagination = suite('the pages of a history');

/** Returns the path of the next page; undefined on the last page. */
const nextOf = ({ headers }: HttpResponse) => /^<(.*)>; rel="next"$/.exec(headers.get('Link') ?? '')?.[1];

pagination('link to the next page and together contain the whole history', async () => {
  const whole = entriesOf(await laptops.get('/laptops/1/events'));
  for (const limit of [1, 3, 4, 7]) {
    const pages: Entry[][] = [];
    let path: string | undefined = `/laptops/1/events?limit=${limit}`;
    while (path !== undefined) {
      const response: HttpResponse = await laptops.get(path);
      pages.push(entriesOf(response));
      path = nextOf(response);
    }
    assert.equal(pages.flat(), whole);
    assert.is(pages.length, Math.ceil(whole.length / limit));
    assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
  }
});
pagination('have no next link if `limit` covers the whole history', async () => {
  for (const limit of [8, 9, 10_000])
    assert.is(nextOf(await laptops.get(`/laptops/1/events?limit=${limit}`)), undefined);
});
pagination(
  'begin after the position in `after` and have the same rejections as the whole history',
  async () => {
    const whole = entriesOf(await laptops.get('/laptops/1/events'));
    for (const [index, position] of positions.entries()) {
      const response = await laptops.get(`/laptops/1/events?after=${position}`);
      assert.equal(entriesOf(response), whole.slice(index + 1));
    }
    // The position of laptop 2, between the second and the third message of laptop 1.
    const between = await laptops.get(`/laptops/1/events?after=${Number(positions[1]) + 1}`);
    assert.equal(entriesOf(between), whole.slice(2));
  },
);
pagination('link to earlier messages, newest first, and together contain the whole history', async () => {
  const whole = entriesOf(await laptops.get('/laptops/1/events'));
  for (const limit of [1, 3, 8]) {
    const found: Entry[] = [];
    let path: string | undefined = `/laptops/1/events?order=desc&limit=${limit}`;
    while (path !== undefined) {
      const response: HttpResponse = await laptops.get(path);
      found.push(...entriesOf(response));
      path = nextOf(response);
    }
    assert.equal(found, whole.toReversed());
  }
  const [, , third = 0, , fifth = 0] = positions;
  const between = await laptops.get(`/laptops/1/events?order=desc&after=${third}&before=${fifth}`);
  assert.equal(entriesOf(between), whole.slice(3, 4));
  assert.equal(entriesOf(await laptops.get(`/laptops/1/events?before=${fifth}`)), whole.slice(0, 4));
});
pagination('continue before the same message while others are appended, newest first', async () => {
  await laptops.post('/laptops', { json: { id: 6, ...lenovo } });
  await laptops.delete('/laptops/6');
  await laptops.post('/laptops', { json: { id: 6, ...lenovo } });
  const typesOf = (response: HttpResponse) => entriesOf(response).map(({ event }) => event?.type);
  const newest = await laptops.get('/laptops/6/events?order=desc&limit=1');
  assert.equal(typesOf(newest), ['LaptopAdded']);
  await laptops.delete('/laptops/6');
  assert.equal(typesOf(await laptops.get(nextOf(newest) ?? '')), ['LaptopRemoved']);
  assert.equal(typesOf(await laptops.get('/laptops/6/events?order=desc')), [
    'LaptopRemoved',
    'LaptopAdded',
    'LaptopRemoved',
    'LaptopAdded',
  ]);
  assertProblem(
    await laptops.get('/laptops/5/events?order=desc'),
    'not-found',
    /No laptop 5 has ever existed/,
  );
});
pagination('before a position beyond the end of the stream are rejected', async () => {
  const { last_seq: end } = (await jsm.streams.info('LAPTOPS')).state;
  assert.is(entriesOf(await laptops.get(`/laptops/1/events?before=${end + 1}`)).length, positions.length);
  assertProblem(
    await laptops.get(`/laptops/1/events?before=${end + 2}`),
    'malformed',
    new RegExp(`.before. is ${end + 2}, but LAPTOPS ends at position ${end}`),
  );
});
pagination('return 400 with a pointer to the invalid parameter', async () => {
  for (const [query, pointer] of [
    ['limit=0', '/limit'],
    ['limit=10001', '/limit'],
    ['after=-1', '/after'],
    ['after=x', '/after'],
    ['before=0', '/before'],
    ['before=x', '/before'],
    ['order=newest', '/order'],
    ['asOf=1', '/asOf'],
  ]) {
    const response = await laptops.get(`/laptops/1/events?${query}`);
    assertProblem(response, 'malformed');
    assert.equal(pointersOf(response), [pointer]);
  }
});
pagination.run();

const upcasting = suite('upcasting');

upcasting('returns an event of an older version in the current shape', async () => {
  const added = positionOf(await ports.post('/ports', { json: { id: 1, name: 'USB-C' } }));
  const old = await publish('ports.events.1', '{"type":"PortRenamed","name":"USB-C left"}');
  const waitForOld = { headers: { 'Wait-For-Position': String(old) } };
  assert.equal((await ports.get('/ports/1', waitForOld)).body, { id: 1, name: 'USB-C left' });
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
upcasting('leaves the stored message unchanged', async () => {
  const [, old] = entriesOf(await ports.get('/ports/1/events'));
  const stored = await jsm.streams.getMessage('PORTS', { seq: old?.position ?? 0 });
  assert.equal(stored?.json(), { type: 'PortRenamed', name: 'USB-C left' });
});
upcasting('rejects an event with a version that is newer than the service', async () => {
  const position = await publish('ports.events.1', '{"type":"PortRenamed","v":3,"name":"X"}');
  const headers = { 'Wait-For-Position': String(position) };
  const entry = entriesOf(await ports.get('/ports/1/events', { headers })).at(-1);
  assert.is(entry?.position, position);
  assert.match(entry?.rejected ?? '', /version 3, newer/);
});
upcasting.after(close);
upcasting.run();
