import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf } from '../support/http/http.ts';
import { startDelayingProxy } from '../support/broker/delaying-proxy.ts';
import { startTestSystem } from '../support/process/system.ts';

const { broker, connection, start, close } = await startTestSystem();
const lag = await startDelayingProxy(broker.url, 20);
const [current, lagging] = await Promise.all([start('laptops'), start('laptops', { natsUrl: lag.url })]);

const lenovo = { title: 'Lenovo', model: 'S3' };
const waitFor = (position: number | string, prefer?: string) => ({
  headers: { 'Wait-For-Position': String(position), ...(prefer !== undefined && { Prefer: prefer }) },
});
let lastId = 0;

async function add(): Promise<{ path: string; position: number }> {
  lastId += 1;
  const response = await current.post('/laptops', { json: { id: lastId, ...lenovo } });
  assert.is(response.status, 201);
  return { path: `/laptops/${lastId}`, position: positionOf(response) };
}

const positionReads = suite('Wait-For-Position');

positionReads('is necessary because a lagging replica otherwise returns an older state', () =>
  eventually(async () => {
    const { path, position } = await add();
    const item = await lagging.get(path);
    assert.is(item.status, 404);
    assert.ok(positionOf(item) < position);
  }),
);
positionReads('makes a write through one replica visible at another', async () => {
  for (let round = 0; round < 15; round++) {
    const { path, position } = await add();
    const item = await lagging.get(path, waitFor(position));
    assert.is(item.status, 200);
    assert.ok(positionOf(item) >= position);
  }
});
positionReads('applies to lists, histories, rejections and HEAD', async () => {
  for (const path of ['/laptops', '/laptops/1/events', '/laptops/rejections']) {
    const { position } = await add();
    assert.ok(positionOf(await lagging.get(path, waitFor(position))) >= position, path);
  }
  const { path, position } = await add();
  assert.is((await lagging.head(path, waitFor(position))).status, 200);
});
positionReads('returns at once for position 0 and for a position that is already applied', async () => {
  const { position } = await add();
  for (const wanted of [0, 1, position]) {
    assert.is((await current.get('/laptops', waitFor(wanted, 'wait=0'))).status, 200);
  }
});
positionReads('delays the response until a future position is applied', async () => {
  const { position } = await add();
  const response = lagging.get('/laptops', waitFor(position + 1, 'wait=30'));
  const removed = await current.delete(`/laptops/${lastId}`);
  assert.is(positionOf(removed), position + 1);
  assert.ok(positionOf(await response) >= position + 1);
});
positionReads('`latest` covers every write acknowledged before the read began', async () => {
  for (let round = 0; round < 15; round++) {
    const { path, position } = await add();
    const item = await lagging.get(path, waitFor('latest'));
    assert.is(item.status, 200);
    assert.ok(positionOf(item) >= position);
  }
});
positionReads(
  '`latest` covers messages published directly to the stream, including rejected ones',
  async () => {
    const { seq } = await jetstream(connection.nc).publish('laptops.events.x', '{}');
    assert.is(positionOf(await lagging.get('/laptops', waitFor('latest'))), seq);
  },
);
positionReads.run();

const timeouts = suite('a position that is not reached in time');

async function measureTimeout(prefer?: string) {
  const { position } = await add();
  const started = performance.now();
  const response = await lagging.get('/laptops', waitFor(position + 1000, prefer));
  assertProblem(response, 'unavailable', new RegExp(`did not reach ${position + 1000} within`));
  assert.match(response.headers.get('Retry-After') ?? '', /^[1-9][0-9]*$/);
  return (performance.now() - started) / 1000;
}

timeouts('returns 503 with Retry-After once `Prefer: wait` has elapsed', async () => {
  const seconds = await measureTimeout('wait=1');
  assert.ok(seconds >= 0.99 && seconds < 4, `${seconds} s`);
});
timeouts('recognizes `wait` among other preferences in Prefer', async () => {
  const seconds = await measureTimeout('respond-async, wait=1; x="y"');
  assert.ok(seconds >= 0.99 && seconds < 4, `${seconds} s`);
});
timeouts('returns 503 at once with `Prefer: wait=0`', async () =>
  assert.ok((await measureTimeout('wait=0')) < 3),
);
timeouts('returns 503 after 5 seconds without a Prefer header', async () => {
  const seconds = await measureTimeout();
  assert.ok(seconds >= 4.99 && seconds < 9, `${seconds} s`);
});
timeouts.run();

const malformedPositions = suite('a malformed Wait-For-Position');

for (const position of ['x', '-1', '1.5', '1e3', 'Latest', 'latest, 1', '0x10', '9'.repeat(16)]) {
  malformedPositions(`is rejected with 400: ${position}`, async () =>
    assertProblem(await current.get('/laptops', waitFor(position)), 'malformed', /Wait-For-Position/),
  );
}
malformedPositions.after(async () => {
  await lagging.stop();
  await lag.close();
  await close();
});
malformedPositions.run();
