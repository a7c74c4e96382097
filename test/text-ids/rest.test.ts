/** A service with text ids over REST: commands, lists, sorting, history, points in time, documents, and snapshots. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { openEventStream } from '../support/http/event-stream.ts';
import { assertProblem, pointersOf, positionOf, type HttpResponse } from '../support/http/http.ts';
import type { LoggedService } from '../support/process/logged-service.ts';
import { latest, startParcelSystem } from '../support/services/parcels/system.ts';

const system = await startParcelSystem();
const { nc } = system;
const parcels = await system.start('parcels');

const Parcels = z.array(z.object({ id: z.string(), weight: z.number(), town: z.string() }));
const idsIn = ({ body }: HttpResponse) => Parcels.parse(body).map(({ id }) => id);
const nextOf = ({ headers }: HttpResponse) => /<([^>]+)>; rel="next"/.exec(headers.get('Link') ?? '')?.[1];

/** Reads all pages of a list. */
async function readPages({ get }: LoggedService, path: string): Promise<string[][]> {
  const pages = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: HttpResponse = await get(next, latest);
    pages.push(idsIn(page));
    next = nextOf(page);
  }
  return pages;
}

const ids = ['AAB-0001', 'AAA-0010', 'AAA-0009', 'ZZZ-0001', 'MMM-5555'];
for (const [index, id] of ids.entries()) {
  const json = { id, weight: 10 * (index % 2) + 1, town: `Town ${index}` };
  assert.is((await parcels.post('/parcels', { json })).status, 201);
}
/** All of them, and the one that the commands add. */
const all = [...ids, 'ABC-1234'].toSorted();

const bonn = { id: 'ABC-1234', weight: 5, town: 'Bonn' };

const commands = suite('commands for an entity with a text id');

commands('create, change and remove it', async () => {
  const sent = await parcels.post('/parcels', { json: bonn });
  assert.is(sent.status, 201);
  assert.is(sent.headers.get('Location'), '/parcels/ABC-1234');
  assert.equal(sent.body, bonn);
  assert.equal((await parcels.get('/parcels/ABC-1234')).body, bonn);
  const redirected = await parcels.put('/parcels/ABC-1234', {
    json: { town: 'Ulm' },
    headers: { 'If-Match': sent.headers.get('ETag') ?? '' },
  });
  assert.equal(redirected.body, { ...bonn, town: 'Ulm' });
  assertProblem(await parcels.post('/parcels', { json: bonn }), 'conflict', /already a parcel with this id/);
  assert.is((await parcels.delete('/parcels/ABC-1234')).status, 204);
  assertProblem(await parcels.get('/parcels/ABC-1234'), 'not-found', 'There is no parcel ABC-1234.');
  assert.is((await parcels.post('/parcels', { json: bonn })).status, 201);
});
commands('are executed once with one idempotency key, and only for one id', async () => {
  const headers = { 'Idempotency-Key': '"once"' };
  const json = { id: 'KEY-0001', weight: 1, town: 'Bonn' };
  const [first, second] = [
    await parcels.post('/parcels', { json, headers }),
    await parcels.post('/parcels', { json, headers }),
  ];
  assert.equal([second.status, second.body, positionOf(second)], [201, first.body, positionOf(first)]);
  const other = { ...json, id: 'KEY-0002' };
  assertProblem(await parcels.post('/parcels', { json: other, headers }), 'invalid', /used for another/);
  assert.is((await parcels.delete('/parcels/KEY-0001')).status, 204);
});
commands('do not reach the entity itself with a path parameter that a client resolves', async () => {
  const path = '/parcels/AAB-0001';
  assert.is((await parcels.delete(`${path}/tags/new`)).status, 204);
  for (const tag of ['..', '%2e%2e', '.', ''])
    assertProblem(await parcels.delete(`${path}/tags/${tag}`), 'not-found');
  assert.is((await parcels.get(path)).status, 200);
  for (const tag of ['..', '.', '']) {
    const reply = await nc.request('parcels.commands.untag', JSON.stringify({ id: 'AAB-0001', tag }));
    assert.match(reply.string(), '"pointer":"/tag"');
  }
});
commands('require an id if the service cannot generate one', async () => {
  const refused = await parcels.post('/parcels', { json: { weight: 5, town: 'Bonn' } });
  assertProblem(refused, 'invalid');
  assert.equal(pointersOf(refused), ['/id']);
});
commands('find other entities by an index', async () => {
  for (const id of ['LIM-0001', 'LIM-0002', 'LIM-0003']) {
    assert.is((await parcels.post('/parcels', { json: { id, weight: 1, town: 'Limburg' } })).status, 201);
  }
  const refused = await parcels.post('/parcels', { json: { id: 'LIM-0004', weight: 1, town: 'Limburg' } });
  assertProblem(refused, 'conflict', 'LIM-0001, LIM-0002, LIM-0003 already go there.');
  for (const id of ['LIM-0001', 'LIM-0002', 'LIM-0003']) await parcels.delete(`/parcels/${id}`);
});
commands.run();

const invalid = suite('an invalid id');

for (const id of [
  'abc-1234',
  'ABC-12345',
  '42',
  'ABC%2E1234',
  'ABC-1234%0A',
  '..%2Fvans',
  '%2A',
  'ABC-1234.x',
]) {
  invalid(`is rejected in a path: ${id}`, async () => {
    const detail = /is not an id\. An id is a text that matches \^\[A-Z\]\{3\}-\\d\{4\}\$/;
    assertProblem(await parcels.get(`/parcels/${id}`), 'malformed', detail);
    assertProblem(await parcels.get(`/parcels/${id}/events`), 'malformed', detail);
    assertProblem(await parcels.put(`/parcels/${id}`, { json: { town: 'Ulm' } }), 'malformed', detail);
  });
}
for (const id of ['abc-1234', 'ABC.1234', '*', '>', '', 42, null]) {
  invalid(`is rejected in a body: ${JSON.stringify(id)}`, async () => {
    const refused = await parcels.post('/parcels', { json: { ...bonn, id } });
    assertProblem(refused, 'invalid');
    assert.equal(pointersOf(refused), ['/id']);
  });
}
for (const query of ['?after=7', '?after=abc', '/events?id=7', '?sort=town&after=ABC-1234']) {
  invalid(`is rejected in a query string: ${query}`, async () =>
    assertProblem(await parcels.get(`/parcels${query}`), 'malformed'),
  );
}
invalid('is rejected in a cursor', async () => {
  const cursor = Buffer.from(JSON.stringify(['town', 'Bonn', 7])).toString('base64url');
  assertProblem(await parcels.get(`/parcels?sort=town&cursor=${cursor}`), 'malformed', /cursor/);
});
invalid('in the subject of a published event is a rejected message', async () => {
  nc.publish('parcels.events.7', JSON.stringify({ type: 'ParcelSent', weight: 1, town: 'Bonn' }));
  await nc.flush();
  const rejections = await eventually(async () => {
    const { body } = await parcels.get('/parcels/rejections', latest);
    assert.ok(Array.isArray(body) && body.length === 1);
    return z.array(z.object({ subject: z.string(), reason: z.string() })).parse(body);
  });
  assert.equal(rejections, [
    { subject: 'parcels.events.7', reason: String.raw`the subject does not end in an id (^[A-Z]{3}-\d{4}$)` },
  ]);
});
invalid.run();

const lists = suite('a list of entities with text ids');

lists('is in the order of code units, and is paged with `after`', async () => {
  assert.equal(idsIn(await parcels.get('/parcels')), all);
  assert.equal(await readPages(parcels, '/parcels?limit=4'), [all.slice(0, 4), all.slice(4)]);
  assert.equal(idsIn(await parcels.get('/parcels?after=ABC-1234')), ['MMM-5555', 'ZZZ-0001']);
  assert.equal(idsIn(await parcels.get('/parcels?after=ABC-0000')), ['ABC-1234', 'MMM-5555', 'ZZZ-0001']);
});
lists('is sorted by an index, then by id, and is continued by a cursor', async () => {
  const sorted = ['AAA-0009', 'AAB-0001', 'MMM-5555', 'ABC-1234', 'AAA-0010', 'ZZZ-0001'];
  const expected = [sorted.slice(0, 2), sorted.slice(2, 4), sorted.slice(4)];
  assert.equal(await readPages(parcels, '/parcels?sort=weight&limit=2'), expected);
});
lists('is filtered by an index, also after an id', async () => {
  assert.equal(idsIn(await parcels.get('/parcels?weight=11')), ['AAA-0010', 'ZZZ-0001']);
  assert.equal(idsIn(await parcels.get('/parcels?weight=11&after=AAA-0010')), ['ZZZ-0001']);
  assert.equal((await parcels.get('/parcels/heavy?atLeast=11')).body, ['AAA-0010', 'ZZZ-0001']);
});
lists.run();

const past = suite('the past of an entity with a text id');

past('has a history, states at positions, and lists at positions', async () => {
  const history = await parcels.get('/parcels/ABC-1234/events');
  const entries = z
    .array(z.object({ position: z.number(), event: z.object({ type: z.string() }) }))
    .parse(history.body);
  assert.equal(
    entries.map(({ event }) => event.type),
    ['ParcelSent', 'ParcelRedirected', 'ParcelDelivered', 'ParcelSent'],
  );
  const [first, second, third] = entries.map(({ position }) => position);
  assert.equal((await parcels.get(`/parcels/ABC-1234?asOf=${first}`)).body, bonn);
  assert.equal((await parcels.get(`/parcels/ABC-1234?asOf=${second}`)).body, { ...bonn, town: 'Ulm' });
  assertProblem(await parcels.get(`/parcels/ABC-1234?asOf=${third}`), 'not-found');
  assert.equal(idsIn(await parcels.get('/parcels?asOf=2')), ['AAA-0010', 'AAB-0001']);
  const { headers } = await parcels.get('/parcels', latest);
  const asOf = headers.get('Stream-Position');
  assert.equal(await readPages(parcels, `/parcels?asOf=${asOf}&limit=4`), [all.slice(0, 4), all.slice(4)]);
});
past('is sent as live events, optionally of one entity', async () => {
  const live = await openEventStream(`${parcels.url}/parcels/events?after=0&id=AAB-0001`);
  const { data } = await live.next((block) => block.data !== undefined);
  live.close();
  const { id, event } = z
    .object({ id: z.string(), event: z.object({ type: z.string() }) })
    .parse(JSON.parse(data ?? ''));
  assert.equal([id, event.type], ['AAB-0001', 'ParcelSent']);
  const batch = await parcels.get('/parcels/events?id=AAB-0001', {
    headers: { Accept: 'application/cloudevents-batch+json' },
  });
  assert.equal(z.array(z.object({ subject: z.string() })).parse(batch.body), [{ subject: 'AAB-0001' }]);
});
past.run();

const documents = suite('the API documents of a service with text ids');

const pattern = '^[A-Z]{3}-\\d{4}$';
documents('describe the pattern in paths, bodies and query parameters', async () => {
  const { body } = await parcels.get('/openapi.json');
  const Parameter = z.object({ name: z.string(), schema: z.looseObject({ pattern: z.string().optional() }) });
  const Operation = z.object({ parameters: z.array(Parameter) });
  const { paths, components } = z
    .object({
      paths: z.object({
        '/parcels': z.object({ get: Operation }),
        '/parcels/{id}': z.object({ get: Operation }),
        '/parcels/{id}/events': z.object({ get: Operation }),
      }),
      components: z.object({
        schemas: z.object({
          NewParcel: z.object({
            required: z.array(z.string()),
            properties: z.object({ id: z.looseObject({ pattern: z.string() }) }),
            examples: z.array(z.unknown()),
          }),
        }),
      }),
    })
    .parse(body);
  const find = ({ parameters }: z.infer<typeof Operation>, wanted: string) =>
    parameters.find(({ name }) => name === wanted)?.schema;
  assert.is(find(paths['/parcels/{id}'].get, 'id')?.pattern, pattern);
  assert.is(find(paths['/parcels'].get, 'after')?.pattern, pattern);
  assert.is(find(paths['/parcels/{id}/events'].get, 'after')?.['type'], 'integer');
  const { required, properties, examples } = components.schemas.NewParcel;
  assert.ok(required.includes('id'));
  assert.is(properties.id.pattern, pattern);
  assert.equal(examples, [bonn]);
  const asyncApi = await parcels.get('/asyncapi.json');
  assert.ok(
    asyncApi.text.includes(
      JSON.stringify(`The id of the parcel: a text that matches ${pattern}`).slice(1, -1),
    ),
  );
});
documents.run();

const restart = suite('a restart');

restart('continues from a snapshot with the same entities and lists', async () => {
  await parcels.awaitLog('snapshot finished', 'PARCELS');
  const other = await system.start('parcels');
  assert.ok(Number((await other.awaitLog('caught up', 'PARCELS'))['from']) > 0);
  for (const path of [
    '/parcels',
    '/parcels/ABC-1234',
    '/parcels?weight=11&after=AAA-0010',
    '/parcels?sort=weight',
  ]) {
    const [mine, others] = await Promise.all([parcels, other].map(({ get }) => get(path, latest)));
    assert.equal(
      [others?.status, others?.text, others?.headers.get('ETag')],
      [200, mine?.text, mine?.headers.get('ETag')],
    );
  }
  assert.is((await other.put('/parcels/ABC-1234', { json: { town: 'Köln' } })).status, 200);
  assert.equal((await parcels.get('/parcels/ABC-1234', latest)).body, { ...bonn, town: 'Köln' });
});
restart.after(system.close);
restart.run();
