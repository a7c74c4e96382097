/** A document that was read can be sent back, changed by a merge patch, and read in parts. */

import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createClient } from '../../src/kit/client/create-client.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { assertProblem, pointersOf, positionOf } from '../support/http/http.ts';
import { problemOf } from '../support/http/problem-of.ts';
import { startTestSystem } from '../support/process/system.ts';

const { start, connection, countMessages, close } = await startTestSystem();
const chargersFolder = new URL('../../examples/chargers/', import.meta.url);
await provisionStreams(connection.nc, fileURLToPath(new URL('streams', chargersFolder)));
const [laptops, ports, chargers] = await Promise.all([
  start('laptops'),
  start('ports'),
  start('chargers', { entry: new URL('main.ts', chargersFolder) }),
]);
const client = createClient(laptops.url, laptopService);
const lenovo = { title: 'Lenovo', model: 'S3' };
const mergePatch = 'application/merge-patch+json';
let lastId = 0;

/** Adds a laptop with two ports. Returns its path, its subject, and what GET returns. */
async function addLaptop() {
  lastId += 1;
  const path = `/laptops/${lastId}`;
  await laptops.post('/laptops', { json: { id: lastId, ...lenovo } });
  for (const port of [1, 2]) {
    await ports.post('/ports', { json: { id: port, name: `USB-${port}` } });
    await laptops.get('/laptops', { headers: { 'Wait-For-Position': 'latest' } });
    assert.is((await laptops.put(`${path}/ports/${port}`)).status, 204);
  }
  const { headers, text } = await laptops.get(path);
  return { path, subject: `laptops.events.${lastId}`, tag: headers.get('ETag') ?? '', text };
}

const patch = (path: string, changes: unknown, headers: Record<string, string> = {}) =>
  laptops.patch(path, {
    raw: JSON.stringify(changes),
    headers: { 'Content-Type': mergePatch, ...headers },
  });

const sending = suite('a document from GET');

sending('is accepted by PUT, unchanged or with other values in its fields', async () => {
  const { path, subject, text } = await addLaptop();
  const unchanged = await laptops.put(path, { json: JSON.parse(text) });
  assert.equal([unchanged.status, unchanged.text], [200, text]);
  assert.is(await countMessages(subject), 3);
  const changed = await laptops.put(path, { json: { ...JSON.parse(text), model: 'S4' } });
  assert.equal([changed.status, changed.body], [200, { ...JSON.parse(text), model: 'S4' }]);
  assert.is(await countMessages(subject), 4);
});
sending('is rejected by PUT with the name of each read-only field that differs', async () => {
  const { path, subject, text } = await addLaptop();
  const document = JSON.parse(text);
  for (const [changes, pointers] of [
    [{ id: lastId + 1 }, ['/id']],
    [{ id: String(lastId) }, ['/id']],
    [{ ports: [] }, ['/ports']],
    [{ ports: document.ports.toReversed(), id: null }, ['/id', '/ports']],
    [{ ports: [{ ...document.ports[0], name: 'x' }, document.ports[1]] }, ['/ports']],
  ] as const) {
    const response = await laptops.put(path, { json: { ...document, ...changes } });
    assertProblem(response, 'invalid', /read-only/);
    assert.equal(pointersOf(response), pointers);
  }
  assert.is(await countMessages(subject), 3);
});
sending('is a 412 rather than a 422 if it is outdated and has an outdated If-Match', async () => {
  const { path, tag, text } = await addLaptop();
  await laptops.delete(`${path}/ports/1`);
  const stale = { json: JSON.parse(text), headers: { 'If-Match': tag } };
  assertProblem(await laptops.put(path, stale), 'precondition-failed');
  assertProblem(await laptops.put(path, { json: JSON.parse(text) }), 'invalid', /ports/);
});
sending('is a 404 if the entity does not exist', async () =>
  assertProblem(await laptops.put('/laptops/999', { json: { id: 999, ...lenovo, ports: [] } }), 'not-found'),
);
sending('is accepted over NATS', async () => {
  const { path, text } = await addLaptop();
  const request = async (payload: object) =>
    (await connection.nc.request('laptops.commands.revise', JSON.stringify(payload))).string();
  assert.match(await request({ ...JSON.parse(text), model: 'S5' }), '"model":"S5"');
  assert.match(await request({ ...JSON.parse(text), ports: [] }), '"/ports"');
  assert.match((await laptops.get(path)).text, '"model":"S5"');
});
sending('of a service with another field in its body is accepted with both', async () => {
  await chargers.post('/chargers', { json: { id: 1, watts: 65, portId: 1 } });
  const { body } = await chargers.get('/chargers/1');
  const document = { ...Object(body), portId: 2, watts: 100 };
  assert.is((await chargers.put('/chargers/1', { json: document })).status, 200);
  assertProblem(await chargers.put('/chargers/1', { json: document }), 'invalid', /read-only: port\./);
});
sending.run();

const patching = suite('PATCH with a merge patch');

patching('changes the fields that it has, and returns the entity', async () => {
  const { path, text } = await addLaptop();
  const response = await patch(path, { model: 'S4' });
  assert.equal([response.status, response.body], [200, { ...JSON.parse(text), model: 'S4' }]);
  assert.is(response.headers.get('ETag'), (await laptops.get(path)).headers.get('ETag'));
  assert.equal(await patch(path, {}).then(({ status, text: same }) => [status, same]), [200, response.text]);
});
patching('validates the result', async () => {
  const { path, subject } = await addLaptop();
  for (const [changes, pointers] of [
    [{ title: null }, ['/title']],
    [{ title: '', model: 7 }, ['/title', '/model']],
    [{ colour: 'black' }, ['/colour']],
    [{ ports: null }, ['/ports']],
    [{ ports: [], id: 9999 }, ['/ports', '/id']],
    [[], ['']],
    [null, ['']],
    ['x', ['']],
  ] as const) {
    const response = await patch(path, changes);
    assertProblem(response, 'invalid');
    assert.equal(pointersOf(response), pointers, JSON.stringify(changes));
  }
  assert.is((await patch(path, { colour: null })).status, 200);
  assertProblem(await patch('/laptops/999', { model: 'S4' }), 'not-found');
  assertProblem(await patch('/laptops/x', { model: 'S4' }), 'malformed');
  assert.is(await countMessages(subject), 3);
});
patching('supports preconditions and Idempotency-Key', async () => {
  const { path, tag, subject } = await addLaptop();
  assertProblem(await patch(path, { model: 'S4' }, { 'If-Match': '"0"' }), 'precondition-failed');
  assertProblem(await patch(path, { model: 'S4' }, { 'If-None-Match': '*' }), 'precondition-failed');
  const headers = { 'If-Match': tag, 'Idempotency-Key': `"patch-${lastId}"` };
  const first = await patch(path, { model: 'S4' }, headers);
  const again = await patch(path, { model: 'S4' }, headers);
  assert.equal([first.status, again.status, again.text], [200, 200, first.text]);
  assertProblem(await patch(path, { model: 'S5' }, headers), 'invalid', /already used/);
  const put = { json: { model: 'S4', title: 'Lenovo' }, headers };
  assertProblem(await laptops.put(path, put), 'invalid', /already used/);
  assert.is(await countMessages(subject), 4);
});
patching('of different fields by concurrent clients loses no change', async () => {
  const { path } = await addLaptop();
  const responses = await Promise.all([
    ...Array.from({ length: 5 }, (_, index) => patch(path, { title: `T${index}` })),
    ...Array.from({ length: 5 }, (_, index) => patch(path, { model: `M${index}` })),
  ]);
  assert.equal(new Set(responses.map(({ status }) => status)), new Set([200]));
  assert.match((await laptops.get(path)).text, /"title":"T\d","model":"M\d"/);
});
patching('accepts no other media type, and says which one', async () => {
  const { path } = await addLaptop();
  for (const type of ['application/json', 'application/json-patch+json', 'text/plain']) {
    const response = await patch(path, { model: 'S4' }, { 'Content-Type': type });
    assertProblem(response, 'unsupported-media-type', /application\/merge-patch\+json/);
    assert.is(response.headers.get('Accept-Patch'), mergePatch);
  }
  const options = await laptops.options(path);
  assert.is(options.headers.get('Accept-Patch'), mergePatch);
  assert.match(options.headers.get('Allow') ?? '', 'PATCH');
  assert.is((await laptops.options('/laptops')).headers.get('Accept-Patch'), null);
  const { status } = await patch(path, { model: 'S4' }, { 'Content-Type': `${mergePatch}; charset=utf-8` });
  assert.is(status, 200);
});
patching('works under an alias, and in any service with a `replace` command', async () => {
  const headers = { 'Content-Type': mergePatch };
  assert.is((await ports.patch('/port/1', { raw: '{"name":"USB4"}', headers })).status, 200);
  // The document has the port, but not `portId`, which the body needs.
  const charger = await chargers.patch('/chargers/1', { raw: '{"watts":30}', headers });
  assert.equal(charger.body, { id: 1, watts: 30, port: { id: 2, name: 'USB-2' } });
});
patching('is a method of the typed client', async () => {
  const { path } = await addLaptop();
  const id = Number(path.split('/')[2]);
  const { document, version } = await client.patch(id, { model: 'S6' });
  assert.is(document.model, 'S6');
  await client.patch(id, { title: 'IBM' }, { ifMatch: version });
  const failed = await problemOf(client.patch(id, { title: 'Dell' }, { ifMatch: version }));
  assert.is(failed.code, 'precondition-failed');
  // @ts-expect-error `ports` is not a field of the body
  assert.is((await problemOf(client.patch(id, { ports: [] }))).code, 'invalid');
});
patching.run();

const parts = suite('GET of a list in the document');

parts('returns the list, with the tag of the entity', async () => {
  const { path, tag, text } = await addLaptop();
  const list = await laptops.get(`${path}/ports`);
  assert.equal([list.status, list.body], [200, JSON.parse(text).ports]);
  assert.is(list.headers.get('ETag'), tag);
  assert.ok(positionOf(list) > 0);
  const unchanged = await laptops.get(`${path}/ports`, { headers: { 'If-None-Match': tag } });
  assert.equal([unchanged.status, unchanged.text], [304, '']);
  const { status } = await laptops.put(`${path}/ports/1`, {
    headers: { 'If-Match': list.headers.get('ETag') ?? '' },
  });
  assert.is(status, 204);
});
parts('can be read as of a position', async () => {
  const { path } = await addLaptop();
  const before = positionOf(await laptops.get(path));
  await laptops.delete(`${path}/ports/1`);
  const ids = async (query: string) =>
    [...Object((await laptops.get(`${path}/ports${query}`)).body)].map(({ id }: { id: number }) => id);
  assert.equal(await ids(''), [2]);
  assert.equal(await ids(`?asOf=${before}`), [1, 2]);
});
parts('is a 404 for an entity that does not exist, and in a service without such a list', async () => {
  assertProblem(await laptops.get('/laptops/999/ports'), 'not-found', /no laptop 999/);
  assertProblem(await laptops.get('/laptops/1/slots'), 'not-found', /No route/);
  assertProblem(await ports.get('/ports/1/ports'), 'not-found', /No route/);
});
parts.after(close);
parts.run();
