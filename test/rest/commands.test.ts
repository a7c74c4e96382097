/** Commands with verbs, parameters and bodies of their own, over REST, NATS and the typed client. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { dockService } from '../../examples/docks/src/dock.ts';
import { createClient } from '../../src/kit/client/create-client.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { assertProblem, pointersOf, positionOf } from '../support/http/http.ts';
import { audience, createIssuer, issuerName } from '../support/http/issuer.ts';
import { problemOf } from '../support/http/problem-of.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { startTestSystem } from '../support/process/system.ts';

const system = await startTestSystem();
const { nc } = system.connection;
const folder = new URL('../../examples/docks/', import.meta.url);
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));
const laptops = await system.start('laptops');
for (const id of [7, 8, 9]) await laptops.post('/laptops', { json: { id, title: 'Lenovo', model: 'S3' } });

const issuer = await createIssuer('one', 'EdDSA');
const keys = join(await mkdtemp(join(tmpdir(), 'portside-commands-')), 'keys.json');
await writeFile(keys, JSON.stringify({ keys: [issuer.publicKey] }));
const start = (env: Readonly<Record<string, string>> = {}) =>
  startLoggedService('docks', { natsUrl: system.broker.url, entry: new URL('src/main.ts', folder), env });
const docks = await start();
const guarded = await start({
  AUTH_JWKS_FILE: keys,
  AUTH_ISSUER: issuerName,
  AUTH_AUDIENCE: audience,
  AUTH_ALGORITHMS: 'EdDSA',
});
const client = createClient(docks.url, dockService);

const Moved = z.object({ location: z.string().nullable(), relocatedAt: z.iso.datetime() });
const History = z.array(
  z.object({ actor: z.string().optional(), event: z.looseObject({ type: z.string() }) }),
);

async function register(label = 'North'): Promise<number> {
  return (await client.register({ vendor: 'Dell', label })).document.id;
}

const rest = suite('a command over REST');

rest('is sent to the path of its verb and returns the entity', async () => {
  const id = await register();
  const moved = await docks.post(`/docks/${id}/relocate`, { json: { location: ' A 12 ' } });
  assert.is(moved.status, 200);
  assert.is(Moved.parse(moved.body).location, 'A 12');
  assert.is(moved.headers.get('ETag'), `"${positionOf(moved)}"`);
  const stored = await docks.post(`/docks/${id}/relocate`, { json: { storeroom: true } });
  assert.is(Moved.parse(stored.body).location, null);
});
rest('may have parameters and a body', async () => {
  const id = await register();
  const path = `/docks/${id}/slots/3`;
  const docked = await docks.put(path, { json: { laptopId: 7 } });
  assert.equal([docked.status, docked.text], [204, '']);
  assert.is(
    (await docks.put(path, { json: { laptopId: 7 } })).headers.get('Stream-Position'),
    `${positionOf(docked)}`,
  );
  assertProblem(await docks.put(path, { json: { laptopId: 8 } }), 'conflict', /Slot 3 is occupied/);
  assertProblem(
    await docks.put(`/docks/${id}/slots/4`, { json: { laptopId: 99 } }),
    'conflict',
    /no laptop 99/,
  );
  assert.equal(
    z.looseObject({ laptops: z.unknown() }).parse((await docks.get(`/docks/${id}`)).body).laptops,
    [{ slot: 3, id: 7, title: 'Lenovo', model: 'S3' }],
  );
  assert.is((await docks.delete(path)).status, 204);
});
rest('is rejected if a parameter or the body does not match its schema', async () => {
  const id = await register();
  for (const slot of ['13', '0', '03', '3.0', 'x']) {
    assertProblem(await docks.put(`/docks/${id}/slots/${slot}`, { json: { laptopId: 7 } }), 'malformed');
  }
  const invalid = await docks.put(`/docks/${id}/slots/3`, { json: { laptopId: 7, slot: 4 } });
  assertProblem(invalid, 'invalid');
  assert.equal(pointersOf(invalid), ['/slot']);
  assertProblem(
    await docks.post(`/docks/${id}/relocate`, { json: { location: 'A', storeroom: true } }),
    'invalid',
  );
});
rest('is rejected if the entity does not exist, or not at the version in If-Match', async () => {
  assertProblem(
    await docks.post('/docks/99/relocate', { json: { storeroom: true } }),
    'not-found',
    /no dock/,
  );
  const id = await register();
  const stale = { json: { storeroom: true }, headers: { 'If-Match': '"1"' } };
  assertProblem(await docks.post(`/docks/${id}/relocate`, stale), 'precondition-failed');
});
rest('with a verb or a slot is rejected if If-None-Match excludes its target', async () => {
  const id = await register();
  const only = { 'If-None-Match': '*' };
  const moved = await docks.post(`/docks/${id}/relocate`, { json: { storeroom: true }, headers: only });
  assertProblem(moved, 'precondition-failed', /dock \d+ exists/);
  const slot = `/docks/${id}/slots/3`;
  assert.is((await docks.put(slot, { json: { laptopId: 7 }, headers: only })).status, 204);
  assertProblem(
    await docks.put(slot, { json: { laptopId: 7 }, headers: only }),
    'precondition-failed',
    /3 in slots/,
  );
  assert.is((await docks.delete(slot, { headers: { 'If-Match': '*' } })).status, 204);
  assertProblem(await docks.delete(slot, { headers: { 'If-Match': '*' } }), 'precondition-failed');
  assertProblem(await docks.post(`/docks/${id}/decommission`, { headers: only }), 'precondition-failed');
});
rest(
  'that ends the existence of an entity is declared with `remove`, and has no effect afterwards',
  async () => {
    const id = await register();
    await docks.put(`/docks/${id}/slots/3`, { json: { laptopId: 7 } });
    assertProblem(await docks.post(`/docks/${id}/decommission`), 'conflict', /Laptops are docked/);
    await docks.delete(`/docks/${id}/slots/3`);
    const removed = await docks.post(`/docks/${id}/decommission`);
    assert.is(removed.status, 204);
    assert.is((await docks.get(`/docks/${id}`)).status, 404);
    assert.is((await docks.post(`/docks/${id}/decommission`)).status, 204);
  },
);
rest.run();

const repeats = suite('a command whose event contains the time');

repeats('is executed once if it is repeated later with the same key', async () => {
  const id = await register();
  const request = { json: { location: 'B 1' }, headers: { 'Idempotency-Key': `move-${id}` } };
  const first = await docks.post(`/docks/${id}/relocate`, request);
  const { relocatedAt } = Moved.parse(first.body);
  while (new Date().toISOString() === relocatedAt) await new Promise((resolve) => setImmediate(resolve));
  const second = await docks.post(`/docks/${id}/relocate`, request);
  assert.equal([second.status, second.text], [200, first.text]);
  assert.is(await system.countMessages(`docks.events.${id}`), 2);
});
for (const [what, path, json] of [
  ['body', '/relocate', { location: 'B 2' }],
  ['verb', '/decommission', undefined],
  ['parameter', '/slots/4', undefined],
] as const) {
  repeats(`is another request if its ${what} differs`, async () => {
    const id = await register();
    const headers = { 'Idempotency-Key': `other-${id}` };
    if (what === 'parameter') {
      await docks.put(`/docks/${id}/slots/3`, { json: { laptopId: 7 } });
      assert.is((await docks.delete(`/docks/${id}/slots/3`, { headers })).status, 204);
      assertProblem(await docks.delete(`/docks/${id}${path}`, { headers }), 'invalid', /already used/);
      return;
    }
    await docks.post(`/docks/${id}/relocate`, { json: { location: 'B 1' }, headers });
    const options = { headers, ...(json !== undefined && { json }) };
    assertProblem(await docks.post(`/docks/${id}${path}`, options), 'invalid', /already used/);
  });
}
repeats.run();

const overNats = suite('a command over NATS');

overNats(
  'has the id, the parameters and the body in one object, and is the same request as over REST',
  async () => {
    const id = await register();
    const request = async (verb: string, payload: object) => {
      const reply = await nc.request(`docks.commands.${verb}`, JSON.stringify(payload));
      return { error: reply.headers?.get('Nats-Service-Error-Code') ?? '', body: reply.json<object>() };
    };
    const { body } = await request('dock', { id, slot: 3, laptopId: 7 });
    assert.match(JSON.stringify(body), '"laptops":[{"slot":3,"id":7,"title":"Lenovo","model":"S3"}]');
    assert.is((await request('dock', { id, slot: 13, laptopId: 7 })).error, '422');
    assert.match(JSON.stringify((await request('relocate', { id, location: 'C' })).body), '"location":"C"');
    assert.is((await request('relocate', { id, location: 'C', storeroom: true })).error, '422');
    await request('undock', { id, slot: 3 });
    const removed = await request('decommission', { id });
    assert.equal(Object.keys(removed.body), ['position']);
  },
);
overNats.run();

const typed = suite('a method of the typed client');

typed('sends its command', async () => {
  const id = await register('South');
  const relabelled = await client.relabel(id, { label: 'West' });
  assert.is(relabelled.document.label, 'West');
  const moved = await client.relocate(id, { location: 'D' }, { ifMatch: relabelled.version });
  assert.is(moved.document.location, 'D');
  const { position } = await client.dock(id, { slot: 12, laptopId: 8 });
  assert.ok(position > moved.position);
  assert.is((await problemOf(client.decommission(id))).code, 'conflict');
  await client.undock(id, { slot: 12 });
  await client.decommission(id);
  assert.is((await problemOf(client.get(id))).code, 'not-found');
});
typed.run();

const indexes = suite('an index with several keys for each entity');

indexes('filters the list by each key, and is available to `decide`', async () => {
  const [first, second] = [await register('Two laptops'), await register('One laptop')];
  await client.dock(first, { slot: 1, laptopId: 9 });
  await client.dock(first, { slot: 2, laptopId: 8 });
  const problem = await problemOf(client.dock(second, { slot: 1, laptopId: 8 }));
  assert.is(problem.message, `The laptop is in dock ${first}.`);
  const idsOf = async (laptop: string | number) => {
    const found: number[] = [];
    for await (const { id } of client.list({ where: { laptop } })) found.push(id);
    return found;
  };
  assert.equal([await idsOf('9'), await idsOf(8)], [[first], [first]]);
  const reply = await nc.request('docks.queries.list', '{"laptop":9}');
  assert.match(reply.string(), `"docks":[{"id":${first},`);
  await client.undock(first, { slot: 2 });
  await client.dock(second, { slot: 1, laptopId: 8 });
  assert.equal(await idsOf('8'), [second]);
  await client.undock(second, { slot: 1 });
  assert.is((await docks.get('/docks?sort=laptop')).status, 400);
});
indexes('rejects a filter that is not a key of its index, over REST and NATS', async () => {
  for (const laptop of ['abc', '', '07', '7.5', '-1', '0', '1e3']) {
    const response = await docks.get(`/docks?laptop=${laptop}`);
    assertProblem(response, 'malformed', 'The query parameters are invalid.');
    assert.equal(pointersOf(response), ['/laptop'], laptop);
  }
  assert.match((await docks.get('/docks?laptop=abc')).text, 'must be a whole number, such as 7');
  for (const laptop of ['abc', '7', 7.5, 0, null]) {
    const reply = await nc.request('docks.queries.list', JSON.stringify({ laptop }));
    assert.is(reply.headers?.get('Nats-Service-Error-Code'), '422', String(laptop));
    assert.match(reply.string(), '"pointer":"/laptop"');
  }
  assert.equal((await docks.get('/docks?label=7')).body, []);
});
indexes('describes its keys in the OpenAPI document', async () => {
  const Parameters = z.array(z.looseObject({ name: z.string(), schema: z.unknown() }));
  const { body } = await docks.get('/openapi.json');
  const { parameters } = z
    .object({ paths: z.object({ '/docks': z.object({ get: z.object({ parameters: Parameters }) }) }) })
    .parse(body).paths['/docks'].get;
  const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema;
  assert.equal(schemaOf('laptop'), {
    type: 'integer',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'Only docks with exactly this laptop.',
  });
  assert.equal(schemaOf('label'), { type: 'string', description: 'Only docks with exactly this label.' });
});
indexes.run();

const queries = suite('a query');

queries('answers from the view, over REST and NATS', async () => {
  const [first, second] = [await register(), await register()];
  for (const id of [first, second]) await client.relocate(id, { location: 'Q 1' });
  await client.dock(first, { slot: 6, laptopId: 7 });
  const expected = [
    { id: second, free: 12 },
    { id: first, free: 11 },
  ];
  const response = await docks.get('/docks/free?location=Q%201', {
    headers: { 'Wait-For-Position': 'latest' },
  });
  assert.equal([response.status, response.body], [200, expected]);
  assert.ok(positionOf(response) > 0);
  assert.equal((await docks.get('/docks/free?location=Q%201&atLeast=12')).body, expected.slice(0, 1));
  const reply = await nc.request('docks.queries.free', '{"location":"Q 1","atLeast":12}');
  assert.equal(reply.json<{ result: unknown }>().result, expected.slice(0, 1));
  await client.undock(first, { slot: 6 });
});
queries('is a method of the typed client', async () => {
  const id = await register();
  const { position } = await client.relocate(id, { location: 'Q 2' });
  const { result, position: applied } = await client.free({ location: 'Q 2' }, { waitFor: position });
  assert.equal(result, [{ id, free: 12 }]);
  assert.ok(applied >= position);
  assert.is((await problemOf(client.free({ location: 'Q 2', atLeast: 13 }))).code, 'malformed');
});
queries('rejects parameters that do not match their schemas', async () => {
  for (const query of [
    '',
    '?location=',
    '?location=A&atLeast=13',
    '?location=A&atLeast=x',
    '?location=A&other=1',
  ])
    assertProblem(await docks.get(`/docks/free${query}`), 'malformed');
  const reply = await nc.request('docks.queries.free', '{"location":"A","atLeast":"2"}');
  assert.is(reply.headers?.get('Nats-Service-Error-Code'), '422');
});
queries.run();

const following = suite('a followed stream');

following('is folded from the events that the service asks for, and others are skipped', async () => {
  const id = await register();
  await client.dock(id, { slot: 5, laptopId: 7 });
  for (const payload of [
    '{"type":"LaptopRevised","title":"Renamed"}',
    '{"type":"PortFitted","portId":1}',
    '{"type":"LaptopStolen"}',
    '{"type":7}',
  ]) {
    await nc.request('laptops.events.7', payload);
  }
  const { document } = await client.get(id, { waitFor: 'latest' });
  assert.equal(document.laptops, [{ slot: 5, id: 7, title: 'Renamed', model: 'S3' }]);
  const rejected = async (probeUrl: string) => {
    const metrics = await (await fetch(`${probeUrl}/metrics`)).text();
    return /^portside_rejected_messages_total\{.*stream="LAPTOPS".*\} (\d+)$/m.exec(metrics)?.[1];
  };
  assert.is(await rejected(docks.probeUrl), '1');
  await client.undock(id, { slot: 5 });
});
following.run();

const documents = suite('the OpenAPI document');

documents('has every command with its verb, parameters and body', async () => {
  const Operation = z.looseObject({
    'x-command': z.string().optional(),
    operationId: z.string(),
    parameters: z.array(
      z.looseObject({ name: z.string(), in: z.string(), required: z.boolean().optional() }),
    ),
  });
  const { paths } = z
    .looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
    .parse((await docks.get('/openapi.json')).body);
  const commands = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { 'x-command': verb, operationId }]) =>
      verb === undefined ? [] : [`${verb}: ${method} ${path} ${operationId}`],
    ),
  );
  assert.equal(commands, [
    'register: post /docks registerDock',
    'relabel: put /docks/{id} relabelDock',
    'relocate: post /docks/{id}/relocate relocateDock',
    'dock: put /docks/{id}/slots/{slot} dockSlot',
    'undock: delete /docks/{id}/slots/{slot} undockSlot',
    'decommission: post /docks/{id}/decommission decommissionDock',
  ]);
  const slot = paths['/docks/{id}/slots/{slot}']?.['put']?.parameters.find(({ name }) => name === 'slot');
  assert.equal([slot?.in, slot?.required], ['path', true]);
});
documents.run();

const actors = suite('the sender of a command');

actors('is the subject of its token, and is shown in the history and the events', async () => {
  const token = await issuer.issue({ scope: 'docks:write', sub: 'ada\r\nLovelace' });
  const headers = { Authorization: `Bearer ${token}` };
  const id = await register();
  const { status } = await guarded.post(`/docks/${id}/relocate`, { json: { location: 'E' }, headers });
  assert.is(status, 200);
  const history = await docks.get(`/docks/${id}/events`);
  assert.equal(
    History.parse(history.body).map(({ actor, event }) => [actor, event.type]),
    [
      [undefined, 'DockRegistered'],
      ['ada Lovelace', 'DockRelocated'],
    ],
  );
  const accept = { headers: { Accept: 'application/cloudevents-batch+json' } };
  for (const path of [`/docks/${id}/events`, '/docks/events?limit=1000']) {
    assert.match((await docks.get(path, accept)).text, '"actor":"ada Lovelace"');
  }
});
actors.after(async () => {
  await Promise.all([docks.stop(), guarded.stop()]);
  await system.close();
  await rm(join(keys, '..'), { recursive: true });
});
actors.run();
