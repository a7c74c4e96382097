/** Faults in the domain code of a service store nothing wrong, stop nothing, and are logged. */

import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { assertProblem } from '../support/http/http.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';
import {
  faultyLevel,
  levelOfIndex,
  levelOfPresent,
  unindexedLevel,
  unpresentableLevel,
} from '../support/services/gauges/gauges.ts';

const folder = new URL('../support/services/gauges/', import.meta.url);
const every = 20;
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
await provisionStreams(nc, fileURLToPath(new URL('streams', folder)));
const start = () =>
  startLoggedService('gauges', {
    natsUrl: broker.url,
    entry: new URL('main.ts', folder),
    env: { SNAPSHOT_EVERY: String(every) },
  });
const gauges = await start();

const LoggedError = z.object({
  message: z.string(),
  eventType: z.string().optional(),
  issue: z.string().optional(),
  entityId: z.number().optional(),
});
const Rejections = z.array(z.object({ reason: z.string() }));

const countMessages = async () => (await jsm.streams.info('GAUGES')).state.messages;
const add = (id: number, level: number) => gauges.post('/gauges', { json: { id, level } });
const publishGauge = (id: number, level: number) =>
  nc.publish(`gauges.events.${id}`, JSON.stringify({ type: 'GaugeAdded', level }));
const failures = ({ logged }: LoggedService) =>
  logged('request failed').map(({ err }) => LoggedError.parse(err));

const commands = suite('a command whose events the fold would reject');

commands('stores nothing if an event does not match its schema, however often it is sent', async () => {
  for (let attempt = 0; attempt < 2; attempt += 1) assertProblem(await add(1, 24), 'internal');
  assert.is((await gauges.get('/gauges/1')).status, 404);
  assert.is(await countMessages(), 0);
});
commands('stores nothing over NATS either', async () => {
  const reply = await nc.request('gauges.commands.add', JSON.stringify({ id: 1, level: 24 }));
  assert.is(reply.headers?.get('Nats-Service-Error-Code'), '500');
  assert.is(await countMessages(), 0);
});
commands('stores nothing if `evolve` throws on an event', async () => {
  assertProblem(await add(1, faultyLevel), 'internal');
  assert.is(await countMessages(), 0);
});
commands('stores nothing if `evolve` rejects an event', async () => {
  assert.is((await add(1, 1)).status, 201);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    assertProblem(await gauges.post('/gauges/1/addAgain'), 'internal');
  }
  assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
  assert.is(await countMessages(), 1);
});
commands('is logged with the type of the event and the issue', async () => {
  const logged = await eventually(() => {
    const found = failures(gauges);
    assert.is(found.length, 6);
    return found;
  });
  for (const { eventType } of logged) assert.is(eventType, 'GaugeAdded');
  const issues = logged.map(({ issue }) => issue ?? '');
  assert.match(issues[0] ?? '', /level: Too big/);
  assert.is(issues[3], 'evolve threw an error on GaugeAdded');
  assert.is(issues[4], 'the gauge already exists');
});
commands(
  'stores nothing if it ends the existence of an entity and is not declared with `remove`',
  async () => {
    assertProblem(await gauges.post('/gauges/1/scrap'), 'internal');
    assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
    assert.is(await countMessages(), 1);
  },
);
for (const [description, verb, reason] of [
  [
    'if `evolve` modifies the state',
    'turn',
    /evolve threw an error on GaugeTurned: Cannot assign to read only/,
  ],
  ['if `decide` modifies the state', 'reset', /^Cannot assign to read only property 'level'/],
  ['if the state is not JSON', 'map', /after GaugeMapped, the state.level is not JSON: Map/],
] as const) {
  commands(`stores nothing and changes nothing ${description}`, async () => {
    assertProblem(await gauges.post(`/gauges/1/${verb}`), 'internal');
    assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
    assert.is(await countMessages(), 1);
    await eventually(() => assert.match(failures(gauges).at(-1)?.message ?? '', reason));
  });
}
commands('stores nothing if it is declared with `remove` and does not end the existence', async () => {
  for (let attempt = 0; attempt < 2; attempt += 1)
    assertProblem(await gauges.delete('/gauges/1'), 'internal');
  assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
  assert.is(await countMessages(), 1);
  await eventually(() =>
    assert.match(failures(gauges).at(-1)?.message ?? '', /^lose: after this command, a gauge must not exist/),
  );
});
commands.run();

const queries = suite('a query whose answer does not match its schema');

queries('is an internal error over REST and NATS, and the log names the query', async () => {
  const before = failures(gauges).length;
  for (const fault of ['undefined', 'type', 'promise']) {
    assertProblem(await gauges.get(`/gauges/faulty?fault=${fault}`), 'internal');
    const reply = await nc.request('gauges.queries.faulty', JSON.stringify({ fault }));
    assert.is(reply.headers?.get('Nats-Service-Error-Code'), '500', fault);
  }
  assert.equal((await gauges.get('/gauges/faulty?fault=none')).body, [{ id: '7' }]);
  const logged = await eventually(() => {
    const found = failures(gauges).slice(before);
    assert.is(found.length, 6);
    return found;
  });
  for (const { message } of logged) assert.match(message, 'the answer of the query "faulty"');
});
queries.run();

const messages = suite('a stored message on which `evolve` throws');

messages('is rejected, and the replica goes on', async () => {
  publishGauge(2, faultyLevel);
  await nc.flush();
  await eventually(async () => assert.is(await countMessages(), 2));
  assert.is((await add(3, 3)).status, 201);
  assert.equal((await gauges.get('/gauges')).body, [
    { id: 1, level: 1 },
    { id: 3, level: 3 },
  ]);
  const rejections = Rejections.parse((await gauges.get('/gauges/rejections')).body);
  assert.equal(rejections, [{ reason: 'evolve threw an error on GaugeAdded' }]);
});
messages('is logged as an error with its cause, and counted', async () => {
  const line = await gauges.awaitLog('message rejected: the fold failed', 'GAUGES');
  assert.is(line['level'], 'error');
  assert.is(line['position'], 2);
  assert.is(LoggedError.parse(line['err']).message, 'faulty level');
  const metrics = await (await fetch(`${gauges.probeUrl}/metrics`)).text();
  assert.match(metrics, /^portside_rejected_messages_total\{.*stream="GAUGES".*\} 1$/m);
});
messages('is rejected for the same reason in every replica', async () => {
  const other = await start();
  const [mine, others] = await Promise.all([gauges, other].map(({ get }) => get('/gauges/rejections')));
  assert.equal(others?.body, mine?.body);
  assert.is(await other.stop(), 0);
});
messages.run();

const indexes = suite('an index whose function throws');

indexes('lacks the entity, and the replica goes on', async () => {
  const levels = async (level: number) => (await gauges.get(`/gauges?level=${level}`)).body;
  assert.equal(await levels(1), [{ id: 1, level: 1 }]);
  assert.is((await add(5, unindexedLevel)).status, 201);
  assert.is((await add(6, 1)).status, 201);
  assert.equal((await gauges.get('/gauges/5')).body, { id: 5, level: unindexedLevel });
  assert.equal(await levels(unindexedLevel), []);
  assert.equal(await levels(1), [
    { id: 1, level: 1 },
    { id: 6, level: 1 },
  ]);
});
indexes('is logged once, with the first entity', async () => {
  const line = await gauges.awaitLog('index failed: entities are missing from its lists', 'GAUGES');
  assert.equal([line['level'], line['index'], line['entityId']], ['error', 'level', 5]);
  assert.is(gauges.logged('index failed: entities are missing from its lists').length, 1);
});
indexes.run();

const documents = suite('a state on which `present` throws');

documents('is not stored, and the log names the entity', async () => {
  const before = await countMessages();
  assertProblem(await add(7, unpresentableLevel), 'internal');
  assert.is((await gauges.get('/gauges/7')).status, 404);
  assert.is(await countMessages(), before);
  await eventually(() => {
    const { eventType, issue } = failures(gauges).at(-1) ?? {};
    assert.equal([eventType, issue], ['GaugeAdded', 'present failed for gauge 7']);
  });
});
documents('is a 500 in every read if it is stored, and the log names the entity', async () => {
  publishGauge(8, unpresentableLevel);
  await nc.flush();
  await eventually(async () => assertProblem(await gauges.get('/gauges/8'), 'internal'));
  const item = await gauges.get('/gauges/8', { headers: { Accept: 'application/json;q=0.9' } });
  assertProblem(item, 'internal');
  const list = await gauges.get('/gauges');
  assertProblem(list, 'internal');
  assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
  for (const { headers } of [item, list]) {
    const requestId = headers.get('Request-Id');
    const line = await eventually(() => {
      const found = gauges.logged('request failed').find((each) => each['requestId'] === requestId);
      assert.ok(found);
      return found;
    });
    const { entityId, message } = LoggedError.parse(line['err']);
    assert.is(entityId, 8);
    assert.is(message, 'present failed for gauge 8: faulty document');
  }
});
documents.run();

const modifying = suite('domain code that modifies the view');

modifying('fails in `present`, and the log names the entity', async () => {
  publishGauge(30, levelOfPresent);
  for (let attempt = 0; attempt < 2; attempt += 1)
    await eventually(async () => assertProblem(await gauges.get('/gauges/30'), 'internal'));
  const { entityId, message } = failures(gauges).at(-1) ?? {};
  assert.is(entityId, 30);
  assert.match(message ?? '', "present failed for gauge 30: Cannot assign to read only property 'level'");
});
modifying('fails in the function of an index: the entity keeps its state, and has no key', async () => {
  publishGauge(31, levelOfIndex);
  const gauge = async () => (await gauges.get('/gauges/31')).body;
  await eventually(async () => assert.equal(await gauge(), { id: 31, level: levelOfIndex }));
  assert.equal((await gauges.get('/gauges?level=0')).body, []);
  assert.equal(await gauge(), { id: 31, level: levelOfIndex });
});
modifying('fails in a query, over REST and NATS, and the log names the query', async () => {
  const before = failures(gauges).length;
  assertProblem(await gauges.get('/gauges/drain'), 'internal');
  const reply = await nc.request('gauges.queries.drain');
  assert.is(reply.headers?.get('Nats-Service-Error-Code'), '500');
  assert.equal((await gauges.get('/gauges/1')).body, { id: 1, level: 1 });
  await eventually(() => {
    const messages = failures(gauges)
      .map(({ message }) => message)
      .slice(before);
    assert.is(messages.length, 2);
    for (const message of messages)
      assert.match(message, 'the query "drain" failed: Cannot assign to read only property');
  });
});
modifying.run();

const states = suite('a state that is not JSON');

states('is not written to a snapshot, and the log says where it is', async () => {
  nc.publish('gauges.events.4', JSON.stringify({ type: 'GaugeMapped' }));
  for (let id = 10; id < 10 + every; id += 1) assert.is((await add(id, 1)).status, 201);
  const line = await gauges.awaitLog('snapshot not written: the state is not JSON', 'GAUGES');
  assert.is(line['level'], 'error');
  assert.is(line['reason'], 'the state of entity 4.level is not JSON: Map');
  const other = await start();
  assert.is((await other.awaitLog('caught up', 'GAUGES'))['from'], 0);
  assert.is(await other.stop(), 0);
});
states('is reported once, not at every check', async () => {
  const metrics = async () => (await fetch(`${gauges.probeUrl}/metrics`)).text();
  assert.match(await metrics(), /^portside_snapshot_attempts_total\{.*outcome="failed".*\} 1$/m);
  for (let id = 50; id < 50 + every; id += 1) assert.is((await add(id, 1)).status, 201);
  await eventually(async () =>
    assert.match(await metrics(), /^portside_snapshot_attempts_total\{.*outcome="failed".*\} 2$/m),
  );
  assert.is(gauges.logged('snapshot not written: the state is not JSON').length, 2);
});
states.after(async () => {
  await gauges.stop();
  await nc.close();
  await broker.close();
});
states.run();
