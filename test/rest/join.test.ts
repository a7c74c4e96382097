/** Laptops show the charging ports that are fitted to them, and ports their laptops: by events alone. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf, type Answer } from '../support/http/http.ts';
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
const showLaptop = async (id: number) => (await other.get(`/laptops/${id}`, latest)).body;
const isDone = (answer: Answer) => assert.is(answer.status, 204, answer.text);

const showing = suite('a laptop shows its ports');

showing('by id and name, as soon as they are fitted, in the order of fitting', async () => {
  const [id, usbC, barrel] = [await addLaptop(), await addPort('USB-C'), await addPort('barrel')];
  isDone(await fit(id, barrel));
  isDone(await fit(id, usbC));
  const shown = {
    id,
    ...lenovo,
    ports: [
      { id: barrel, name: 'barrel' },
      { id: usbC, name: 'USB-C' },
    ],
  };
  assert.equal(await showLaptop(id), shown);
  const { body } = await other.get(`/laptops?after=${id - 1}&limit=1`, latest);
  assert.equal(body, [shown]);
  isDone(await unfit(id, barrel));
  assert.equal(await showLaptop(id), { id, ...lenovo, ports: [{ id: usbC, name: 'USB-C' }] });
});
showing('by the name that a port has now', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  isDone(await fit(id, port));
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  assert.equal(await showLaptop(id), { id, ...lenovo, ports: [{ id: port, name: 'USB4' }] });
});
showing('no more when the port is removed, though nothing is written to the laptop', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  isDone(await fit(id, port));
  const before = await countMessages(`laptops.events.${id}`);
  await ports.delete(`/ports/${port}`);
  assert.equal(await showLaptop(id), { id, ...lenovo, ports: [] });
  assert.is(await countMessages(`laptops.events.${id}`), before);
  await ports.post('/ports', { json: { id: port, name: 'again' } });
  assert.equal(await showLaptop(id), { id, ...lenovo, ports: [{ id: port, name: 'again' }] });
});
showing('in its history as events', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  isDone(await fit(id, port));
  isDone(await unfit(id, port));
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
showing('as they were, in the past: the laptop, and the names of its ports', async () => {
  const [id, port, gone] = [await addLaptop(), await addPort('USB-C'), await addPort('barrel')];
  isDone(await fit(id, port));
  const then = positionOf(await fit(id, gone));
  const past = await laptops.get(`/laptops/${id}`);
  // The broker tells times apart by the millisecond here: what comes is later than what was.
  const stored = Date.now();
  await eventually(() => Promise.resolve(assert.ok(Date.now() > stored + 1)));
  await ports.put(`/ports/${port}`, { json: { name: 'USB4' } });
  await ports.delete(`/ports/${gone}`);
  isDone(await unfit(id, port));
  assert.equal(await showLaptop(id), { id, ...lenovo, ports: [] });
  const item = await other.get(`/laptops/${id}?asOf=${then}`);
  assert.equal(item.body, past.body);
  assert.is(item.headers.get('ETag'), past.headers.get('ETag'));
  const list = await other.get(`/laptops?after=${id - 1}&limit=1&asOf=${then}`);
  assert.equal(list.body, [past.body]);
});
showing.run();

const fitting = suite('fitting and unfitting');

fitting('twice is no error, and appends nothing', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const first = await fit(id, port);
  const again = await fit(id, port);
  isDone(again);
  assert.is(positionOf(again), positionOf(first));
  assert.is(await countMessages(`laptops.events.${id}`), 2);
  const taken = await unfit(id, port);
  const takenAgain = await unfit(id, port);
  isDone(takenAgain);
  assert.is(positionOf(takenAgain), positionOf(taken));
  assert.is(await countMessages(`laptops.events.${id}`), 3);
});
fitting('a port that is not known is refused', async () => {
  const id = await addLaptop();
  assertProblem(await fit(id, 999_999), 'conflict', /No port 999999 is known/);
  const port = await addPort('USB-C');
  await ports.delete(`/ports/${port}`);
  assertProblem(await fit(id, port), 'conflict', /known/);
  isDone(await unfit(id, port));
});
fitting('is possible as soon as the port was acknowledged, however late its event comes', async () => {
  const id = await addLaptop();
  for (let times = 0; times < 20; times += 1) isDone(await fit(id, await addPort(`port ${times}`)));
});
fitting('a laptop that is not there is refused', async () => {
  const port = await addPort('USB-C');
  assertProblem(await fit(999_999, port), 'not-found');
  assertProblem(await unfit(999_999, port), 'not-found');
});
fitting('takes conditions and idempotency keys', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  assertProblem(await fit(id, port, { 'If-Match': '"999999"' }), 'precondition-failed');
  const tag = (await laptops.get(`/laptops/${id}`)).headers.get('ETag') ?? '';
  const headers = { 'Idempotency-Key': `fit-${id}` };
  const first = await fit(id, port, { ...headers, 'If-Match': tag });
  isDone(first);
  // The port is gone, and still the same request gets the answer that it got.
  await ports.delete(`/ports/${port}`);
  assert.is(positionOf(await fit(id, port, headers)), positionOf(first));
  assertProblem(await fit(id, port + 1, headers), 'invalid', /idempotency key/);
});
fitting('an id that is none is refused', async () => {
  assertProblem(await laptops.put(`/laptops/1/ports/x`), 'malformed');
  assertProblem(await laptops.delete(`/laptops/1/ports/0`), 'malformed');
});
fitting('over NATS means the same', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const ask = async (verb: string, portId: number) =>
    (await nc.request(`laptops.commands.${verb}`, JSON.stringify({ id, portId }))).json<{
      laptop: unknown;
    }>();
  assert.equal((await ask('fit', port)).laptop, { id, ...lenovo, ports: [{ id: port, name: 'USB-C' }] });
  assert.equal((await ask('unfit', port)).laptop, { id, ...lenovo, ports: [] });
  const refused = await nc.request('laptops.commands.fit', JSON.stringify({ id, portId: 999_999 }));
  assert.is(refused.headers?.get('Nats-Service-Error-Code'), '409');
});
fitting.run();

const tags = suite('an entity tag');

tags('changes with what is shown of the ports, and a client that has that sees 304', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  isDone(await fit(id, port));
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
tags('of before a port was renamed still lets the laptop be changed', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  isDone(await fit(id, port));
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
tags.run();

const waiting = suite('Wait-For-Position');

waiting('takes a position of each stream', async () => {
  const [id, port] = [await addLaptop(), await addPort('USB-C')];
  const fitted = positionOf(await fit(id, port));
  const renamed = positionOf(await ports.put(`/ports/${port}`, { json: { name: 'USB4' } }));
  const headers = { 'Wait-For-Position': `LAPTOPS=${fitted}, PORTS=${renamed}` };
  const { body } = await other.get(`/laptops/${id}`, { headers });
  assert.equal(body, { id, ...lenovo, ports: [{ id: port, name: 'USB4' }] });
});
waiting('says which stream did not come in time', async () => {
  const headers = { 'Wait-For-Position': 'LAPTOPS=1, PORTS=999999', Prefer: 'wait=0' };
  assertProblem(await laptops.get('/laptops', { headers }), 'unavailable', /of PORTS .* 999999/);
});
waiting('refuses a stream that is not followed, and what is no position', async () => {
  for (const [value, detail] of [
    ['CHARGERS=1', /CHARGERS.*LAPTOPS, PORTS/],
    ['PORTS=', /Wait-For-Position/],
    ['PORTS=1;LAPTOPS=2', /Wait-For-Position/],
    ['=1', /Wait-For-Position/],
  ] as const) {
    const answer = await laptops.get('/laptops', { headers: { 'Wait-For-Position': value } });
    assertProblem(answer, 'malformed', detail);
  }
});
waiting.run();

const reverse = suite('a port shows its laptops');

const showLaptopsOf = async (port: number, query = '') => ports.get(`/ports/${port}/laptops${query}`, latest);

reverse('as they are called now, by ascending id', async () => {
  const [one, two, port] = [await addLaptop(), await addLaptop(), await addPort('USB-C')];
  isDone(await fit(two, port));
  isDone(await fit(one, port));
  await laptops.put(`/laptops/${one}`, { json: { title: 'IBM', model: 'S3' } });
  const shown = [
    { id: one, title: 'IBM', model: 'S3' },
    { id: two, ...lenovo },
  ];
  assert.equal((await showLaptopsOf(port)).body, shown);
  assert.equal((await ports.get(`/port/${port}/laptops`)).body, shown);
  const reply = await nc.request('ports.queries.laptops', JSON.stringify({ id: port }));
  assert.equal(reply.json<{ laptops: unknown }>().laptops, shown);
  isDone(await unfit(one, port));
  await laptops.delete(`/laptops/${two}`);
  assert.equal((await showLaptopsOf(port)).body, []);
});
reverse('in pages', async () => {
  const port = await addPort('USB-C');
  const ids = [await addLaptop(), await addLaptop(), await addLaptop()];
  for (const id of ids) isDone(await fit(id, port));
  const first = await showLaptopsOf(port, '?limit=2');
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
reverse('not when there is no such port', async () => {
  assertProblem(await showLaptopsOf(999_999), 'not-found');
});
reverse.run();

const cleaning = suite('in the end');
cleaning('nothing is left', close);
cleaning.run();
