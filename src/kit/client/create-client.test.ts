/** The requests that the client sends, and what it returns for the responses. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { defineEvents } from '../domain/event-schema.ts';
import { defineService } from '../domain/service/define-service.ts';
import { createClient } from './create-client.ts';
import { ProblemError } from './problem-error.ts';

const Charger = z.object({ id: z.int(), name: z.string() });
const NamedCharger = z.strictObject({ name: z.string() });
const Added = z.object({ type: z.literal('ChargerAdded'), name: z.string() });
type State = { readonly name: string } | undefined;
const decide = () => [];
const params = { portId: z.int() };

const chargers = defineService({
  module: import.meta.url,
  contract: {
    name: 'chargers',
    noun: 'charger',
    streamFile: new URL('file:///chargers.json'),
    events: defineEvents({ ChargerAdded: { schema: Added } }),
    fold: {
      initial: undefined as State,
      evolve: (_charger: State, { name }: z.infer<typeof Added>): State => ({ name }),
    },
  },
  version: '1.0.0',
  defaults: { httpPort: 0, probePort: 0 },
  commands: ({ create, replace, remove, command }) => ({
    add: create({ body: NamedCharger, decide }),
    rename: replace({ body: NamedCharger, decide }),
    remove: remove({ decide }),
    fit: command({ put: 'ports/{portId}', params, decide }),
    unfit: command({ delete: 'ports/{portId}', params, decide }),
    label: command({
      post: 'ports/{portId}/label/{colour}',
      params: { ...params, colour: z.string() },
      body: z.strictObject({ text: z.string() }),
      decide,
    }),
    reset: command({ decide }),
  }),
  indexes: { name: ({ name }) => name, plug: { key: z.int(), each: () => [1] } },
  queries: ({ query }) => ({
    strongest: query({
      params: { portId: z.int(), atLeast: z.int().default(1), isIdle: z.boolean().optional() },
      result: z.array(z.object({ id: z.int() })),
      answer: () => [],
    }),
    first: query({ params: { of: z.string().default('all') }, result: z.int(), answer: () => 1 }),
    count: query({ result: z.int(), answer: () => 1 }),
  }),
  document: Charger,
  present: ({ id, state: { name } }) => ({ id, name }),
});

const brick = { id: 7, name: 'brick' };
const written = { 'Stream-Position': '12', ETag: '"9"' };

/** A client of a service that gives this response to every request. */
function createTestClient(body: unknown, headers: Record<string, string> = written) {
  const requests: { method: string | undefined; url: string; headers: Headers; body: unknown }[] = [];
  const client = createClient('http://service.invalid', chargers, {
    token: 'secret',
    fetch(url, options = {}) {
      requests.push({
        method: options.method,
        url: url instanceof URL ? url.href.slice(url.origin.length) : '',
        headers: new Headers(options.headers),
        body: options.body,
      });
      return Promise.resolve(new Response(JSON.stringify(body), { headers }));
    },
  });
  return {
    client,
    requests,
    /** Method and path of every request. */
    sent: () => requests.map(({ method, url }) => `${method} ${url}`),
    header: (name: string) => requests.at(-1)?.headers.get(name) ?? null,
  };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const reads = suite('a read');

reads('of an entity returns its document, version and position', async () => {
  const { client, sent, header } = createTestClient(brick);
  assert.equal(await client.get(7), { document: brick, version: 9, position: 12 });
  assert.equal(sent(), ['GET /chargers/7']);
  assert.is(header('Wait-For-Position'), null);
  assert.is(header('Prefer'), null);
});
reads('takes the version from an entity tag with the versions of other streams', async () => {
  const { client } = createTestClient(brick, { ...written, ETag: '"123;PORTS=7"' });
  assert.is((await client.get(7)).version, 123);
});
for (const tag of ['', 'W/"9"', '"x"', '9', '"9x"', 'x"9"']) {
  reads(`fails without a version: ETag: ${tag}`, async () => {
    const { client } = createTestClient(brick, { 'Stream-Position': '12', ETag: tag });
    const error = await client.get(7).catch((reason: unknown) => reason);
    assert.ok(error instanceof ProblemError && error.code === 'not-understood');
    assert.match(error.message, 'The response has no version.');
  });
}
reads('fails without an ETag', async () => {
  const { client } = createTestClient(brick, { 'Stream-Position': '12' });
  const error = await client.get(7).catch((reason: unknown) => reason);
  assert.match(error instanceof Error ? error.message : '', 'The response has no version.');
});
reads('fails without a Stream-Position', async () => {
  const { client } = createTestClient(brick, { ETag: '"9"' });
  const error = await client.get(7).catch((reason: unknown) => reason);
  assert.ok(error instanceof ProblemError && error.code === 'not-understood');
  assert.match(error.message, 'The response has no Stream-Position.');
});
reads('fails if the document has another shape', async () => {
  const { client } = createTestClient({ id: 'x' });
  const error = await client.get(7).catch((reason: unknown) => reason);
  assert.ok(error instanceof ProblemError && error.code === 'not-understood');
});
reads('waits for a position, for a limited time', async () => {
  const { client, header } = createTestClient(brick);
  await client.get(7, { waitFor: 5, waitSeconds: 2 });
  assert.is(header('Wait-For-Position'), '5');
  assert.is(header('Prefer'), 'wait=2');
});
reads('waits for the positions of several streams', async () => {
  const { client, header } = createTestClient(brick);
  await client.get(7, { waitFor: { CHARGERS: 5, PORTS: 'latest' } });
  assert.is(header('Wait-For-Position'), 'CHARGERS=5, PORTS=latest');
});
reads('of a list returns all documents', async () => {
  const { client, sent, header } = createTestClient([brick]);
  assert.equal(await collect(client.list()), [brick]);
  assert.equal(sent(), ['GET /chargers']);
  assert.is(header('Authorization'), 'Bearer secret');
});
reads('of a list selects by values, start and page size', async () => {
  const { client, sent, header } = createTestClient([]);
  await collect(
    client.list({ where: { name: 'a b' }, after: 0, pageSize: 2, waitFor: 'latest', token: 't' }),
  );
  assert.equal(sent(), ['GET /chargers?name=a+b&after=0&limit=2']);
  assert.is(header('Wait-For-Position'), 'latest');
  assert.is(header('Authorization'), 'Bearer t');
});
for (const separator of ['; ', ';', ';  ']) {
  reads(`of a list follows the link to the next page: >${separator}rel="next"`, async () => {
    const { client, sent } = createTestClient([brick], {
      ...written,
      Link: `</chargers?after=7>${separator}rel="next"`,
    });
    let count = 0;
    for await (const _ of client.list()) if ((count += 1) === 2) break;
    assert.equal(sent(), ['GET /chargers', 'GET /chargers?after=7']);
  });
}
reads('of a list sorts by an index', async () => {
  const { client, sent } = createTestClient([]);
  await collect(client.list({ sort: 'name' }));
  assert.equal(sent(), ['GET /chargers?sort=name']);
});
reads('as of a position or a time has it in its query', async () => {
  const { client, sent } = createTestClient(brick);
  await client.asOf(3).get(7);
  await client.asOf(new Date(0)).get(7);
  assert.equal(sent(), ['GET /chargers/7?asOf=3', 'GET /chargers/7?asOf=1970-01-01T00%3A00%3A00.000Z']);
});
reads('of a list as of a position has it in its query', async () => {
  const { client, sent } = createTestClient([]);
  await collect(client.asOf(3).list({ pageSize: 5 }));
  assert.equal(sent(), ['GET /chargers?limit=5&asOf=3']);
});
reads('of a history returns its entries', async () => {
  const entry = {
    position: 1,
    time: '2026-01-31T12:00:00.000Z',
    event: { type: 'ChargerAdded', name: 'brick' },
  };
  const { client, sent } = createTestClient([entry]);
  assert.equal(await collect(client.history(7)), [entry]);
  assert.equal(sent(), ['GET /chargers/7/events']);
});
reads('of a history can be newest first, within positions, in pages of a size', async () => {
  const { client, sent } = createTestClient([]);
  await collect(client.history(7, { order: 'desc', after: 3, before: 9, pageSize: 2 }));
  assert.equal(sent(), ['GET /chargers/7/events?order=desc&after=3&before=9&limit=2']);
});
reads('of rejected messages returns them with the reasons', async () => {
  const rejected = {
    position: 3,
    time: '2026-01-31T12:00:00.000Z',
    subject: 'chargers.events.7',
    reason: 'not JSON',
  };
  const { client, sent, header } = createTestClient([rejected]);
  assert.equal(await client.rejections({ waitFor: 4 }), [rejected]);
  assert.equal(sent(), ['GET /chargers/rejections']);
  assert.is(header('Wait-For-Position'), '4');
  assert.equal(await client.rejections(), [rejected]);
});
reads('can be sorted by an index with one key for each entity, in both directions', async () => {
  const { client, sent } = createTestClient([]);
  await collect(client.list({ sort: 'name' }));
  await collect(client.list({ sort: '-name', where: { plug: 1 } }));
  // @ts-expect-error: the index has several keys for each entity.
  await collect(client.list({ sort: 'plug' }));
  assert.equal(sent(), [
    'GET /chargers?sort=name',
    'GET /chargers?plug=1&sort=-name',
    'GET /chargers?sort=plug',
  ]);
});
reads.run();

const writes = suite('a write');

writes('that adds an entity posts its body', async () => {
  const { client, requests, sent } = createTestClient(brick);
  assert.equal(await client.add({ name: 'brick' }), { document: brick, version: 9, position: 12 });
  assert.equal(sent(), ['POST /chargers']);
  assert.is(requests[0]?.body, '{"name":"brick"}');
});
writes('that changes an entity puts its body', async () => {
  const { client, requests, sent } = createTestClient(brick);
  assert.equal(await client.rename(7, { name: 'brick' }), { document: brick, version: 9, position: 12 });
  assert.equal(sent(), ['PUT /chargers/7']);
  assert.is(requests[0]?.body, '{"name":"brick"}');
});
writes('that removes an entity, or has a route with PUT or DELETE, returns a position', async () => {
  const { client, requests, sent } = createTestClient(undefined, { 'Stream-Position': '12' });
  assert.equal(await client.remove(7), { position: 12 });
  assert.equal(await client.fit(7, { portId: 1 }), { position: 12 });
  assert.equal(await client.unfit(7, { portId: 1 }), { position: 12 });
  assert.equal(sent(), ['DELETE /chargers/7', 'PUT /chargers/7/ports/1', 'DELETE /chargers/7/ports/1']);
  assert.equal(
    requests.map(({ body }) => body),
    [undefined, undefined, undefined],
  );
});
writes('with path parameters and a body posts only the fields of the body', async () => {
  const { client, requests, sent } = createTestClient(brick);
  const input = { portId: 1, colour: 'red/green', text: 'front' };
  assert.equal(await client.label(7, input), { document: brick, version: 9, position: 12 });
  assert.equal(sent(), ['POST /chargers/7/ports/1/label/red%2Fgreen']);
  assert.is(requests[0]?.body, '{"text":"front"}');
});
writes('without input posts no body, and has options after the id', async () => {
  const { client, requests, sent, header } = createTestClient(brick);
  assert.equal(await client.reset(7, { ifMatch: 9 }), { document: brick, version: 9, position: 12 });
  assert.equal(sent(), ['POST /chargers/7/reset']);
  assert.is(requests[0]?.body, undefined);
  assert.is(header('If-Match'), '"9"');
});
writes('has a new idempotency key by default', async () => {
  const { client, requests } = createTestClient(brick);
  await client.add({ name: 'brick' });
  await client.add({ name: 'brick' });
  const [first, second] = requests.map(({ headers }) => headers.get('Idempotency-Key'));
  assert.match(first ?? '', /^"[0-9a-f-]{36}"$/);
  assert.is.not(first, second);
});
writes('may have a key and a token of its own', async () => {
  const { client, header } = createTestClient(brick);
  await client.rename(7, { name: 'x' }, { idempotencyKey: 'k', token: 't' });
  assert.is(header('Idempotency-Key'), '"k"');
  assert.is(header('Authorization'), 'Bearer t');
});
for (const [ifMatch, expected] of [
  [undefined, null],
  [9, '"9"'],
  [0, '"0"'],
  ['any', '*'],
] as const) {
  writes(`has the precondition ${ifMatch} as If-Match: ${expected}`, async () => {
    const { client, header } = createTestClient(brick);
    await client.remove(7, ifMatch === undefined ? {} : { ifMatch });
    assert.is(header('If-Match'), expected);
  });
}
for (const colour of ['', '.', '..']) {
  writes(
    `is not sent with the path parameter ${JSON.stringify(colour)}, which would change its path`,
    async () => {
      const { client, sent } = createTestClient(brick);
      const error = await client
        .label(7, { portId: 1, colour, text: 'new' })
        .catch((reason: unknown) => reason);
      assert.ok(error instanceof ProblemError && error.code === 'malformed');
      assert.is(error.message, 'colour must not be empty, "." or "..".');
      assert.equal(sent(), []);
    },
  );
}
writes.run();

const queries = suite('a query');

queries('is sent with its parameters, and returns its result and the position', async () => {
  const { client, sent } = createTestClient([{ id: 7 }]);
  const { result, position } = await client.strongest({ portId: 1, isIdle: true });
  const ids: number[] = result.map(({ id }) => id);
  assert.equal([ids, position], [[7], 12]);
  assert.equal(sent(), ['GET /chargers/strongest?portId=1&isIdle=true']);
});
queries('may have parameters that are all optional, or none', async () => {
  const { client, sent } = createTestClient(1);
  await client.first();
  await client.first({ of: 'a b' });
  const { result }: { result: number } = await client.count();
  assert.is(result, 1);
  assert.equal(sent(), ['GET /chargers/first', 'GET /chargers/first?of=a+b', 'GET /chargers/count']);
});
queries('waits for a position', async () => {
  const { client, header } = createTestClient(1);
  await client.count({ waitFor: 'latest', waitSeconds: 2 });
  assert.equal([header('Wait-For-Position'), header('Prefer')], ['latest', 'wait=2']);
  await client.first({ of: 'x' }, { waitFor: 9 });
  assert.is(header('Wait-For-Position'), '9');
});
queries('fails if the result has another shape', async () => {
  const { client } = createTestClient('x');
  const error = await client.count().catch((reason: unknown) => reason);
  assert.ok(error instanceof ProblemError && error.code === 'not-understood');
});
queries.run();

const events = suite('the events');

events('are followed below the path of the collection', async () => {
  const { client, sent } = createTestClient('');
  const controller = new AbortController();
  const following = collect(client.follow({ signal: controller.signal }));
  while (sent().length === 0) await new Promise((turn) => setImmediate(turn));
  controller.abort();
  assert.equal(await following, []);
  assert.equal(sent(), ['GET /chargers/events?']);
});
events.run();
