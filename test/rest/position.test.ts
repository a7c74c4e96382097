import { jetstream } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../support/eventually.ts';
import { assertProblem, positionOf } from '../support/http/http.ts';
import { startLag } from '../support/process/lag.ts';
import { startTestSystem } from '../support/process/system.ts';

const { broker, connection, start, close } = await startTestSystem();
const lag = await startLag(broker.url, 20);
const [one, late] = await Promise.all([start('laptops'), start('laptops', { natsUrl: lag.url })]);

const lenovo = { title: 'Lenovo', model: 'S3' };
const waitFor = (position: number | string, prefer?: string) => ({
  headers: { 'Wait-For-Position': String(position), ...(prefer !== undefined && { Prefer: prefer }) },
});
let lastId = 0;

async function add(): Promise<{ path: string; position: number }> {
  lastId += 1;
  const answer = await one.post('/laptops', { json: { id: lastId, ...lenovo } });
  assert.is(answer.status, 201);
  return { path: `/laptops/${lastId}`, position: positionOf(answer) };
}

const waiting = suite('a read waits for the position that it names');

waiting('which a replica that is late does not show without', () =>
  eventually(async () => {
    const { path, position } = await add();
    const item = await late.get(path);
    assert.is(item.status, 404);
    assert.ok(positionOf(item) < position);
  }),
);
waiting('so a write through one replica is read through another', async () => {
  for (let round = 0; round < 15; round++) {
    const { path, position } = await add();
    const item = await late.get(path, waitFor(position));
    assert.is(item.status, 200);
    assert.ok(positionOf(item) >= position);
  }
});
waiting('also the list, the history, the rejections and HEAD', async () => {
  for (const path of ['/laptops', '/laptops/1/events', '/laptops/rejections']) {
    const { position } = await add();
    assert.ok(positionOf(await late.get(path, waitFor(position))) >= position, path);
  }
  const { path, position } = await add();
  assert.is((await late.head(path, waitFor(position))).status, 200);
});
waiting('for what is applied already, or 0, it does not wait', async () => {
  const { position } = await add();
  for (const wanted of [0, 1, position]) {
    assert.is((await one.get('/laptops', waitFor(wanted, 'wait=0'))).status, 200);
  }
});
waiting('for what is yet to come until it comes', async () => {
  const { position } = await add();
  const answer = late.get('/laptops', waitFor(position + 1, 'wait=30'));
  const removed = await one.delete(`/laptops/${lastId}`);
  assert.is(positionOf(removed), position + 1);
  assert.ok(positionOf(await answer) >= position + 1);
});
waiting('latest is everything that was acknowledged before the read began', async () => {
  for (let round = 0; round < 15; round++) {
    const { path, position } = await add();
    const item = await late.get(path, waitFor('latest'));
    assert.is(item.status, 200);
    assert.ok(positionOf(item) >= position);
  }
});
waiting('latest includes what was published past the services, and what was rejected', async () => {
  const { seq } = await jetstream(connection.nc).publish('laptops.events.x', '{}');
  assert.is(positionOf(await late.get('/laptops', waitFor('latest'))), seq);
});
waiting.run();

const givingUp = suite('a position that does not come in time is unavailable, and says when to try again');

async function timeAnswer(prefer?: string) {
  const { position } = await add();
  const started = performance.now();
  const answer = await late.get('/laptops', waitFor(position + 1000, prefer));
  assertProblem(answer, 'unavailable', new RegExp(`did not reach ${position + 1000} within`));
  assert.match(answer.headers.get('Retry-After') ?? '', /^[1-9][0-9]*$/);
  return (performance.now() - started) / 1000;
}

givingUp('after the seconds that the client prefers', async () => {
  const seconds = await timeAnswer('wait=1');
  assert.ok(seconds >= 0.99 && seconds < 4, `${seconds} s`);
});
givingUp('whatever else it prefers', async () => {
  const seconds = await timeAnswer('respond-async, wait=1; x="y"');
  assert.ok(seconds >= 0.99 && seconds < 4, `${seconds} s`);
});
givingUp('at once when it would not wait', async () => assert.ok((await timeAnswer('wait=0')) < 3));
givingUp('after 5 seconds when it does not say', async () => {
  const seconds = await timeAnswer();
  assert.ok(seconds >= 4.99 && seconds < 9, `${seconds} s`);
});
givingUp.run();

const refusing = suite('what is no position is malformed');

for (const position of ['x', '-1', '1.5', '1e3', 'Latest', 'latest, 1', '0x10', '9'.repeat(16)]) {
  refusing(position, async () =>
    assertProblem(await one.get('/laptops', waitFor(position)), 'malformed', /Wait-For-Position/),
  );
}
refusing.after(async () => {
  await late.stop();
  await lag.close();
  await close();
});
refusing.run();
