/** Commands and queries over NATS: the same rules, schemas, ids and problems as in the REST API. */

import { headers, type MsgHdrs } from 'nats';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { fetchServiceInfo } from '../../src/kit/nats/services/framework/discovery.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const [one, two, ports] = await Promise.all(
  ['laptops', 'laptops', 'ports'].map((name) => startServiceProcess(name, { natsUrl: broker.url })),
);

const HistoryReply = z.object({
  position: z.int(),
  history: z.array(z.unknown()),
  next: z.int().optional(),
});

type Reply = { status: number; body: unknown; position: string };

function toHeaders(fields: Record<string, string>): MsgHdrs {
  const sent = headers();
  for (const [name, value] of Object.entries(fields)) sent.set(name, value);
  return sent;
}

/** Sends a request, like `nats req <subject> <payload>`. Status 200 represents a reply without an error code. */
async function request(
  subject: string,
  payload: object | string,
  fields: Record<string, string> = {},
): Promise<Reply> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const reply = await nc.request(subject, text, { timeout: 5_000, headers: toHeaders(fields) });
  return {
    status: Number(reply.headers?.get('Nats-Service-Error-Code') || 200),
    body: reply.json(),
    position: reply.headers?.get('Stream-Position') ?? '',
  };
}

async function countMessages(subject: string): Promise<number> {
  const { state } = await jsm.streams.info('LAPTOPS', { subjects_filter: subject });
  return state.subjects?.[subject] ?? 0;
}

const commands = suite('a command over NATS');

commands('adds, revises and removes, and replies with the laptop and its position', async () => {
  const added = await request('laptops.commands.add', { id: 1, title: 'Lenovo', model: 'S3' });
  assert.equal(added.body, { position: 1, laptop: { id: 1, title: 'Lenovo', model: 'S3', ports: [] } });
  assert.is(added.position, '1');
  const revised = await request('laptops.commands.revise', { id: 1, title: 'Lenovo', model: 'S4' });
  assert.equal(revised.body, { position: 2, laptop: { id: 1, title: 'Lenovo', model: 'S4', ports: [] } });
  assert.equal((await request('laptops.commands.remove', { id: 1 })).body, { position: 3 });
  assert.equal((await request('laptops.commands.remove', { id: 1 })).body, { position: 3 });
  assert.is(await countMessages('laptops.events.1'), 3);
});
commands('generates an id if the payload has none', async () => {
  const { body } = await request('ports.commands.add', { name: 'USB-C' });
  assert.match(JSON.stringify(body), /^\{"position":1,"port":\{"id":[1-9]\d{9,15},"name":"USB-C"\}\}$/);
});
commands('with the same message id is executed once, over NATS and REST together', async () => {
  const laptop = { id: 2, title: 'Apple', model: 'Air' };
  const first = await request('laptops.commands.add', laptop, { 'Nats-Msg-Id': 'key-2' });
  const second = await request('laptops.commands.add', laptop, { 'Nats-Msg-Id': 'key-2' });
  assert.equal(second, first);
  const third = await fetch(`${one?.url}/laptops`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': '"key-2"' },
    body: JSON.stringify(laptop),
  });
  assert.is(third.status, 201);
  assert.is(third.headers.get('Stream-Position'), first.position);
  assert.is(await countMessages('laptops.events.2'), 1);
});
commands(
  'is executed only at the expected version, and can be repeated with the same message id',
  async () => {
    const fields = { 'Nats-Msg-Id': 'key-4', 'Nats-Expected-Last-Subject-Sequence': '0' };
    const laptop = { id: 4, title: 'Dell', model: 'XPS' };
    const added = await request('laptops.commands.add', laptop, fields);
    assert.is(added.status, 200);
    const expected = { 'Nats-Msg-Id': 'key-5', 'Nats-Expected-Last-Subject-Sequence': added.position };
    const revised = await request('laptops.commands.revise', { ...laptop, model: 'Air' }, expected);
    assert.is(revised.status, 200);
    assert.equal(await request('laptops.commands.revise', { ...laptop, model: 'Air' }, expected), revised);
    assert.equal(await request('laptops.commands.add', laptop, fields), added);
    const late = await request('laptops.commands.remove', { id: 4 }, { ...expected, 'Nats-Msg-Id': 'key-6' });
    assert.is(late.status, 412);
    assert.is(await countMessages('laptops.events.4'), 2);
  },
);
commands('may begin with a byte order mark, and must not have a key twice', async () => {
  const text = '{"id":40,"title":"Apple","model":"Air"}';
  assert.is((await request('laptops.commands.add', `\ufeff${text}`)).status, 200);
  const twice = await request('laptops.commands.add', '{"id":41,"title":"Apple","model":"A","model":"B"}');
  assert.is(twice.status, 400);
  assert.match(JSON.stringify(twice.body), 'the key /model more than once');
  assert.is(await countMessages('laptops.events.41'), 0);
});
commands('is rejected with the same problem document as over REST', async () => {
  const problems: [string, object | string, Record<string, string>, number, string][] = [
    ['laptops.commands.add', { id: 2, title: 'a', model: 'b' }, {}, 409, 'conflict'],
    ['laptops.commands.revise', { id: 77, title: 'a', model: 'b' }, {}, 404, 'not-found'],
    ['laptops.commands.add', '{"title":\n', {}, 400, 'malformed'],
    ['laptops.commands.add', { title: 'a' }, {}, 422, 'invalid'],
    ['laptops.commands.add', { title: 'a', model: 'b', colour: 'red' }, {}, 422, 'invalid'],
    ['laptops.commands.add', { title: 'x'.repeat(70_000), model: 'b' }, {}, 413, 'too-large'],
    [
      'laptops.commands.remove',
      { id: 2 },
      { 'Nats-Expected-Last-Subject-Sequence': '1' },
      412,
      'precondition-failed',
    ],
    ['laptops.commands.remove', { id: 2 }, { 'Nats-Expected-Last-Subject-Sequence': 'x' }, 400, 'malformed'],
    ['laptops.commands.add', { id: 3, title: 'a', model: 'b' }, { 'Nats-Msg-Id': 'key-2' }, 422, 'invalid'],
    ['laptops.commands.add', { id: 3, title: 'a', model: 'b' }, { 'Nats-Msg-Id': 'a key' }, 400, 'malformed'],
    [
      'laptops.commands.add',
      { id: 3, title: 'a', model: 'b' },
      { 'Nats-Msg-Id': 'x'.repeat(256) },
      400,
      'malformed',
    ],
  ];
  for (const [subject, payload, fields, status, code] of problems) {
    const reply = await request(subject, payload, fields);
    assert.is(reply.status, status, JSON.stringify(reply.body));
    assert.match(JSON.stringify(reply.body), `"type":"/problems/${code}"`);
  }
});
commands.run();

const queries = suite('a query over NATS');

queries('returns one laptop or a list, at the position given by Wait-For-Position', async () => {
  const added = await request('laptops.commands.add', { id: 10, title: 'Dell', model: 'XPS' });
  const latest = { 'Wait-For-Position': 'latest' };
  const item = { id: 10, title: 'Dell', model: 'XPS', ports: [] };
  for (let round = 0; round < 20; round++) {
    const one = await request('laptops.queries.get', { id: 10 }, latest);
    assert.equal(one.body, { position: Number(added.position), laptop: item });
    const many = await request('laptops.queries.list', { after: 9, limit: 1, title: 'Dell' }, latest);
    assert.equal(many.body, { position: Number(added.position), laptops: [item] });
  }
  assert.is((await request('laptops.queries.get', { id: 11 }, latest)).status, 404);
  assert.is((await request('laptops.queries.list', '')).status, 200);
});
queries(
  'replies with the applied position, which is not the version of the laptop, as over REST',
  async () => {
    const first = await request('laptops.commands.add', { id: 12, title: 'Acer', model: 'Swift' });
    const last = await request('laptops.commands.add', { id: 13, title: 'Acer', model: 'Nitro' });
    const fields = { 'Wait-For-Position': last.position };
    const read = await request('laptops.queries.get', { id: 12 }, fields);
    const rest = await fetch(`${one?.url}/laptops/12`, { headers: fields });
    assert.is(read.position, last.position);
    assert.is(rest.headers.get('Stream-Position'), last.position);
    assert.match(JSON.stringify(read.body), `{"position":${first.position},`);
    const revised = await request(
      'laptops.commands.revise',
      { id: 12, title: 'Acer', model: 'Swift 3' },
      { 'Nats-Expected-Last-Subject-Sequence': first.position },
    );
    assert.is(revised.status, 200);
  },
);
queries.run();

const histories = suite('a history over NATS');

histories('has every message with the reason if it was rejected, in pages in both orders', async () => {
  const latest = { 'Wait-For-Position': 'latest' };
  await request('laptops.commands.add', { id: 20, title: 'Dell', model: 'XPS' });
  await request('laptops.commands.remove', { id: 20 });
  await request('laptops.commands.remove', { id: 20 });
  await connection.nc.request('laptops.events.20', '{"type":"LaptopRemoved"}');
  await request('laptops.commands.add', { id: 20, title: 'Dell', model: 'XPS' });
  const response = await fetch(`${one?.url}/laptops/20/events`, { headers: latest });
  const entries: unknown = await response.json();
  assert.ok(Array.isArray(entries));
  assert.is(entries.length, 4);
  const pages: Readonly<Record<'asc' | 'desc', unknown[]>> = { asc: [], desc: [] };
  for (const order of ['asc', 'desc'] as const) {
    let start = {};
    for (let page = 1; page <= 2; page++) {
      const { body, position } = await request(
        'laptops.queries.history',
        { id: 20, order, limit: 3, ...start },
        latest,
      );
      const reply = HistoryReply.parse(body);
      assert.is(String(reply.position), position);
      assert.is(reply.next === undefined, page === 2);
      pages[order].push(...reply.history);
      start = { [order === 'asc' ? 'after' : 'before']: reply.next };
    }
  }
  assert.equal(pages.asc, entries);
  assert.equal(pages.desc, entries.toReversed());
});
histories(
  'is rejected for an unknown laptop, beyond the end of the stream, and with invalid fields',
  async () => {
    const statusOf = async (fields: object) =>
      (await request('laptops.queries.history', { id: 20, ...fields })).status;
    assert.is(await statusOf({ id: 987_654 }), 404);
    for (const fields of [{ before: 999_999 }, { after: 999_999 }])
      assert.is(await statusOf(fields), 400, JSON.stringify(fields));
    for (const fields of [{ before: 0 }, { order: 'up' }, { limit: 1001 }])
      assert.is(await statusOf(fields), 422, JSON.stringify(fields));
  },
);
histories.run();

const sorted = suite('a sorted list over NATS');

type SortedPage = { laptops: { id: number }[]; cursor?: string; next?: number };
const latestPosition = { 'Wait-For-Position': 'latest' };

async function readSorted(payload: object, pages = Infinity): Promise<[ids: number[], cursor?: string]> {
  const ids: number[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const fields = cursor === undefined ? payload : { ...payload, cursor };
    const reply = await nc.request('laptops.queries.list', JSON.stringify(fields), {
      timeout: 5_000,
      headers: toHeaders(latestPosition),
    });
    const body: SortedPage = reply.json();
    assert.is(reply.headers?.get('Nats-Service-Error-Code'), '', reply.string());
    assert.is(body.next, undefined);
    ids.push(...body.laptops.map(({ id }) => id));
    cursor = body.cursor;
    if (cursor === undefined) break;
  }
  return cursor === undefined ? [ids] : [ids, cursor];
}

sorted('has the order of the REST API, in both directions, on pages of any size', async () => {
  for (const [id, title] of [
    [2001, 'b'],
    [2002, 'a'],
    [2003, 'c'],
    [2004, 'b'],
  ] as const) {
    await request('laptops.commands.add', { id, title, model: 'sorted' });
  }
  for (const [sort, expected] of [
    ['title', [2002, 2001, 2004, 2003]],
    ['-title', [2003, 2001, 2004, 2002]],
  ] as const) {
    const rest = await fetch(`${one?.url}/laptops?model=sorted&sort=${sort}`, { headers: latestPosition });
    const shown = [...(await rest.text()).matchAll(/"id":(\d+),"title"/g)].map(([, id]) => Number(id));
    assert.equal(shown, [...expected]);
    for (const limit of [1, 3, 4]) {
      assert.equal(await readSorted({ sort, model: 'sorted', limit }), [[...expected]]);
    }
  }
});
sorted('continues at its cursor, also of the REST API, after entities came and went', async () => {
  const payload = { sort: 'title', model: 'sorted', limit: 2 };
  const [ids, cursor] = await readSorted(payload, 1);
  assert.equal(ids, [2002, 2001]);
  await request('laptops.commands.remove', { id: 2001 });
  await request('laptops.commands.add', { id: 2000, title: 'a', model: 'sorted' });
  await request('laptops.commands.add', { id: 2005, title: 'bb', model: 'sorted' });
  const reply = await request('laptops.queries.list', { ...payload, limit: 10, cursor }, latestPosition);
  assert.match(JSON.stringify(reply.body), /"id":2004,.*"id":2005,.*"id":2003,/);
  const rest = await fetch(`${one?.url}/laptops?sort=title&model=sorted&cursor=${cursor}`, {
    headers: latestPosition,
  });
  assert.match(await rest.text(), /^\[\{"id":2004,.*"id":2005,.*"id":2003,/);
});
sorted('rejects an unknown field, a cursor of another list, and `after`', async () => {
  const [, cursor] = await readSorted({ sort: 'title', limit: 1 }, 1);
  for (const [payload, status] of [
    [{ sort: 'ports' }, 422],
    [{ sort: '-ports' }, 422],
    [{ sort: 'title', after: 3 }, 400],
    [{ cursor }, 400],
    [{ sort: '-title', cursor }, 400],
    [{ sort: 'title', cursor: 'x' }, 400],
  ] as const) {
    const reply = await request('laptops.queries.list', payload);
    assert.is(reply.status, status, JSON.stringify(payload));
  }
});
sorted.run();

const microservice = suite('the NATS microservice');

microservice('publishes the request and response schemas of every endpoint, on every replica', async () => {
  const infos = await fetchServiceInfo(nc, { name: 'laptops' });
  assert.is(infos.length, 2);
  const add = infos[0]?.endpoints.find(({ subject }) => subject === 'laptops.commands.add');
  assert.match(add?.metadata?.['request'] ?? '', /"required":\["title","model"\]/);
  assert.match(add?.metadata?.['response'] ?? '', /"laptop"/);
  for (const { version, endpoints } of infos)
    for (const { subject, queue_group, metadata } of endpoints) {
      // Every replica replies to a request for its digest.
      assert.is(queue_group, subject === 'laptops.queries.digest' ? '' : 'q', subject);
      assert.is(metadata?.['version'], version, subject);
      assert.ok((metadata?.['summary'] ?? '').length > 5, subject);
      for (const schema of [metadata?.['request'], metadata?.['response']])
        assert.match(JSON.parse(schema ?? '')['$schema'], 'json-schema.org', subject);
    }
});
microservice('replies to every accepted request while one replica shuts down', async () => {
  const requests = Array.from({ length: 200 }, (_, index) =>
    request('laptops.commands.add', { id: 1000 + index, title: 'a', model: 'b' }),
  );
  await requests[0];
  const exited = one?.stop();
  const replies = await Promise.all(requests);
  assert.equal(new Set(replies.map(({ status }) => status)), new Set([200]));
  assert.is(await exited, 0);
  assert.is(
    (await request('laptops.queries.get', { id: 1000 }, { 'Wait-For-Position': 'latest' })).status,
    200,
  );
});
microservice.after(async () => {
  await Promise.all([two?.stop(), ports?.stop()]);
  await nc.close();
  await broker.close();
});
microservice.run();
