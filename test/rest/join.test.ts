/** A laptop lists its fitted ports, and a port lists its laptops. Each service follows the stream of the other. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf, type HttpResponse } from '../support/http/http.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, countMessages, close } = await startTestSystem();
const [laptops, other, ports] = await Promise.all([start('laptops'), start('laptops'), start('ports')]);
const { nc } = connection;

let lastId = 0;
const nextId = () => (lastId += 1);
const lenovo = { title: 'Lenovo', model: 'S3' };

async function addLaptop(id = nextId()): Promise<number> {
  assert.is((await laptops.post('/laptops', { json: { id, ...lenovo } })).status, 201);
  return id;
}

async function addPort(name: string, id = nextId()): Promise<number> {
  assert.is((await ports.post('/ports', { json: { id, name } })).status, 201);
  return id;
}

const fit = (laptop: number, port: number, headers = {}) =>
  laptops.put(`/laptops/${laptop}/ports/${port}`, { headers });
const unfit = (laptop: number, port: number) => laptops.delete(`/laptops/${laptop}/ports/${port}`);
const latest = { headers: { 'Wait-For-Position': 'latest' } };
const getLaptop = async (id: number) => (await other.get(`/laptops/${id}`, latest)).body;
const assertNoContent = (response: HttpResponse) => assert.is(response.status, 204, response.text);

const laptopPorts = suite('the ports of a laptop');

laptopPorts('are listed at once with id and name, in the order in which they were fitted', async () => {
  const [id, usbC, barrel] = [await addLaptop(), await addPort('USB-C'), await addPort('barrel')];
  assertNoContent(await fit(id, barrel));
  assertNoContent(await fit(id, usbC));
  const expected = {
    id,
    ...lenovo,
    ports: [
      { id: barrel, name: 'barrel' },
      { id: usbC, name: 'USB-C' },
    ],
  };
  assert.equal(await getLaptop(id), expected);
  const { body } = await other.get(`/laptops?after=${id - 1}&limit=1`, latest);
  assert.equal(body, [expected]);
  assertNoContent(await unfit(id, barrel));
  assert.equal(await getLaptop(id), { id, ...lenovo, ports: [{ id: usbC, name: 'USB-C' }] });
});
laptopPorts('have their current names', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(id, port));
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  assert.equal(await getLaptop(id), { id, ...lenovo, ports: [{ id: port, name: 'USB4' }] });
});
laptopPorts('omit a removed port, although no event is appended to the laptop', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(id, port));
  const before = await countMessages(`laptops.events.${id}`);
  await ports.delete(`/ports/${port}`);
  assert.equal(await getLaptop(id), { id, ...lenovo, ports: [] });
  assert.is(await countMessages(`laptops.events.${id}`), before);
  await ports.post('/ports', { json: { id: port, name: 'again' } });
  assert.equal(await getLaptop(id), { id, ...lenovo, ports: [{ id: port, name: 'again' }] });
});
laptopPorts('are recorded as events in the history of the laptop', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(id, port));
  assertNoContent(await unfit(id, port));
  const { body } = await laptops.get(`/laptops/${id}/events`);
  assert.ok(Array.isArray(body));
  assert.equal(
    body.slice(1).map(({ event }: { event: unknown }) => event),
    [
      { type: 'PortFitted', portId: port },
      { type: 'PortUnfitted', portId: port },
    ],
  );
});
laptopPorts('are those at the position in `asOf`, with their names at that time', async () => {
  const [id, port, removedPort] = [await addLaptop(), await addPort('USB-C'), await addPort('barrel')];
  assertNoContent(await fit(id, port));
  const fittedPosition = positionOf(await fit(id, removedPort));
  const earlier = await laptops.get(`/laptops/${id}`);
  // Stored times have millisecond precision: the next message must be stored in a later millisecond.
  const stored = Date.now();
  await eventually(() => Promise.resolve(assert.ok(Date.now() > stored + 1)));
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  await ports.delete(`/ports/${removedPort}`);
  assertNoContent(await unfit(id, port));
  assert.equal(await getLaptop(id), { id, ...lenovo, ports: [] });
  const item = await other.get(`/laptops/${id}?asOf=${fittedPosition}`);
  assert.equal(item.body, earlier.body);
  assert.is(item.headers.get('ETag'), earlier.headers.get('ETag'));
  const list = await other.get(`/laptops?after=${id - 1}&limit=1&asOf=${fittedPosition}`);
  assert.equal(list.body, [earlier.body]);
});
laptopPorts.run();

const fitting = suite('fitting and unfitting a port');

fitting('is idempotent: a repeated request succeeds and appends nothing', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const first = await fit(id, port);
  const again = await fit(id, port);
  assertNoContent(again);
  assert.is(positionOf(again), positionOf(first));
  assert.is(await countMessages(`laptops.events.${id}`), 2);
  const unfitted = await unfit(id, port);
  const unfittedAgain = await unfit(id, port);
  assertNoContent(unfittedAgain);
  assert.is(positionOf(unfittedAgain), positionOf(unfitted));
  assert.is(await countMessages(`laptops.events.${id}`), 3);
});
fitting('rejects fitting an unknown or removed port with 409, but not unfitting it', async () => {
  const id = await addLaptop();
  assertProblem(await fit(id, 999_999), 'conflict', /There is no port 999999/);
  const port = await addPort('USB-C');
  await ports.delete(`/ports/${port}`);
  // A replica that has not applied the removal yet would accept the port.
  await laptops.get('/laptops?limit=1', latest);
  assertProblem(await fit(id, port), 'conflict', /There is no port/);
  assertNoContent(await unfit(id, port));
});
fitting(
  'succeeds once the port is acknowledged, even before the laptops service has applied its event',
  async () => {
    const id = await addLaptop();
    for (let times = 0; times < 20; times += 1)
      assertNoContent(await fit(id, await addPort(`port ${times}`)));
  },
);
fitting('returns 404 for an unknown laptop', async () => {
  const port = await addPort('USB-C');
  assertProblem(await fit(999_999, port), 'not-found');
  assertProblem(await unfit(999_999, port), 'not-found');
});
fitting('supports If-Match and Idempotency-Key', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertProblem(await fit(id, port, { 'If-Match': '"999999"' }), 'precondition-failed');
  const tag = (await laptops.get(`/laptops/${id}`)).headers.get('ETag') ?? '';
  const headers = { 'Idempotency-Key': `fit-${id}` };
  const first = await fit(id, port, { ...headers, 'If-Match': tag });
  assertNoContent(first);
  // The port is removed, but the repeated request still returns the original response.
  await ports.delete(`/ports/${port}`);
  assert.is(positionOf(await fit(id, port, headers)), positionOf(first));
  assertProblem(await fit(id, port + 1, headers), 'invalid', /idempotency key/);
});
fitting('returns 400 for a malformed port id', async () => {
  assertProblem(await laptops.put(`/laptops/1/ports/x`), 'malformed');
  assertProblem(await laptops.delete(`/laptops/1/ports/0`), 'malformed');
});
fitting('has the same effect over NATS', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const request = async (verb: string, portId: number) =>
    (await nc.request(`laptops.commands.${verb}`, JSON.stringify({ id, portId }))).json<{
      laptop: unknown;
    }>();
  assert.equal((await request('fit', port)).laptop, { id, ...lenovo, ports: [{ id: port, name: 'USB-C' }] });
  assert.equal((await request('unfit', port)).laptop, { id, ...lenovo, ports: [] });
  const rejected = await nc.request('laptops.commands.fit', JSON.stringify({ id, portId: 999_999 }));
  assert.is(rejected.headers?.get('Nats-Service-Error-Code'), '409');
});
fitting.run();

const etags = suite('the ETag of a laptop');

etags('changes when a fitted port changes; until then, If-None-Match returns 304', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(id, port));
  const first = await laptops.get(`/laptops/${id}`, latest);
  const tag = first.headers.get('ETag') ?? '';
  assert.match(tag, /^"[0-9]+;PORTS=[0-9]+"$/);
  const unchanged = { headers: { ...latest.headers, 'If-None-Match': tag } };
  assert.is((await laptops.get(`/laptops/${id}`, unchanged)).status, 304);
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  const second = await laptops.get(`/laptops/${id}`, unchanged);
  assert.is(second.status, 200);
  assert.is.not(second.headers.get('ETag'), tag);
});
etags('still satisfies If-Match after a fitted port is renamed', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(id, port));
  const tag = (await laptops.get(`/laptops/${id}`, latest)).headers.get('ETag') ?? '';
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  const json = { title: 'IBM', model: 'S3' };
  const changed = await laptops.put(`/laptops/${id}`, { json, headers: { 'If-Match': tag } });
  assert.is(changed.status, 200);
  assertProblem(
    await laptops.put(`/laptops/${id}`, { json: lenovo, headers: { 'If-Match': tag } }),
    'precondition-failed',
  );
});
etags.run();

const positionWait = suite('Wait-For-Position');

positionWait('accepts a position for each stream', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const fitted = positionOf(await fit(id, port));
  const renamed = positionOf(await ports.put(`/ports/${port}`, { json: { name: 'USB4' } }));
  const headers = { 'Wait-For-Position': `LAPTOPS=${fitted}, PORTS=${renamed}` };
  const { body } = await other.get(`/laptops/${id}`, { headers });
  assert.equal(body, { id, ...lenovo, ports: [{ id: port, name: 'USB4' }] });
});
positionWait('names the stream that was not reached in time', async () => {
  const headers = { 'Wait-For-Position': 'LAPTOPS=1, PORTS=999999', Prefer: 'wait=0' };
  assertProblem(await laptops.get('/laptops', { headers }), 'unavailable', /of PORTS .* 999999/);
});
positionWait('rejects a stream that is not followed and a malformed position', async () => {
  for (const [value, detail] of [
    ['CHARGERS=1', /CHARGERS.*LAPTOPS, PORTS/],
    ['PORTS=', /Wait-For-Position/],
    ['PORTS=1;LAPTOPS=2', /Wait-For-Position/],
    ['=1', /Wait-For-Position/],
  ] as const) {
    const response = await laptops.get('/laptops', { headers: { 'Wait-For-Position': value } });
    assertProblem(response, 'malformed', detail);
  }
});
positionWait.run();

const portLaptops = suite('the laptops of a port');

const getLaptopsOf = async (port: number, query = '') => ports.get(`/ports/${port}/laptops${query}`, latest);

portLaptops('have their current titles and are sorted by ascending id', async () => {
  const [one, two, port] = [await addLaptop(), await addLaptop(), await addPort('USB-C')];
  assertNoContent(await fit(two, port));
  assertNoContent(await fit(one, port));
  await laptops.put(`/laptops/${one}`, { json: { title: 'IBM', model: 'S3' } });
  const expected = [
    { id: one, title: 'IBM', model: 'S3' },
    { id: two, ...lenovo },
  ];
  assert.equal((await getLaptopsOf(port)).body, expected);
  assert.equal((await ports.get(`/port/${port}/laptops`)).body, expected);
  const reply = await nc.request('ports.queries.laptops', JSON.stringify({ id: port }));
  assert.equal(reply.json<{ laptops: unknown }>().laptops, expected);
  assertNoContent(await unfit(one, port));
  await laptops.delete(`/laptops/${two}`);
  assert.equal((await getLaptopsOf(port)).body, []);
});
portLaptops('are paginated', async () => {
  const port = await addPort('USB-C');
  const ids = [await addLaptop(), await addLaptop(), await addLaptop()];
  for (const id of ids) assertNoContent(await fit(id, port));
  const first = await getLaptopsOf(port, '?limit=2');
  assert.equal(
    first.body,
    ids.slice(0, 2).map((id) => ({ id, ...lenovo })),
  );
  const next = /^<(.*)>; rel="next"$/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
  const second = await ports.get(next);
  assert.equal(
    second.body,
    ids.slice(2).map((id) => ({ id, ...lenovo })),
  );
  assert.is(second.headers.get('Link'), null);
});
portLaptops('return 404 for an unknown port', async () => {
  assertProblem(await getLaptopsOf(999_999), 'not-found');
});
portLaptops.after(close);
portLaptops.run();
