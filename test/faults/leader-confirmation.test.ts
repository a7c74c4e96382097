/** Reads of `latest`, reads as of a time, and rejections while the stream leader is in contact with two, one or none of its peers. */

import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { Problem } from '../../src/kit/domain/problem.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { awaitOutOfContact } from '../support/broker/out-of-contact.ts';
import { added, openStore } from '../support/contract/event-store-contract.ts';
import { eventually } from '../support/eventually.ts';
import { startReplicas } from '../support/faults/replicas.ts';
import { createCleanup } from '../support/faults/scenario.ts';

const { defer, close } = createCleanup();
const cluster = await startTestCluster();
defer(cluster.close);
const leader = await cluster.gatherLeadership('LAPTOPS');
const [first, second] = cluster.servers.filter((server) => server !== leader);
if (first === undefined || second === undefined) throw new Error('the cluster has three servers');
const connection = await connectToNats({ url: leader.url, name: 'leader only' });
defer(() => connection.nc.close());
const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
const store = openStore({ connection, jsm });
const replicas = await startReplicas({ natsUrl: leader.url, count: 1, defer });
const [url = ''] = replicas.urls();

let lastId = 0;

async function appendOne(): Promise<{ id: number; position: number }> {
  const id = (lastId += 1);
  const result = await store.append({
    id,
    events: [added],
    expectedVersion: 0,
    messageId: `message-${id}`,
    commandDigest: 'digest',
  });
  if (!('position' in result)) throw new Error(JSON.stringify(result));
  return { id, position: result.position };
}

/** Waits for the last position of the laptops only: another server may lead the other stream. */
async function readLatest(path = ''): Promise<number> {
  const response = await fetch(`${url}${path}`, { headers: { 'Wait-For-Position': 'LAPTOPS=latest' } });
  await response.body?.cancel();
  return response.status;
}

/** Reads a laptop that never existed as of a time after the last message. */
async function readAsOf(time: Date): Promise<number> {
  const response = await fetch(`${url}/999999?asOf=${time.toISOString()}`);
  await response.body?.cancel();
  return response.status;
}

/** Sends a PUT that is rejected, because there is no such laptop. */
async function sendRejected(): Promise<number> {
  const response = await fetch(`${url}/999999`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Lenovo', model: 'S3' }),
  });
  await response.body?.cancel();
  return response.status;
}

const test = suite('an answer of the stream leader');

test('is confirmed while all servers are up', async () => {
  const { id, position } = await appendOne();
  assert.is(await store.lastPosition(), position);
  assert.is(await store.read(position + 1), undefined);
  assert.is(await readLatest(`/${id}`), 200);
  assert.is(await readAsOf(new Date()), 404);
  assert.is(await sendRejected(), 404);
});

test('is confirmed by the other peer while one server is stopped', async () => {
  await first.kill();
  try {
    await awaitOutOfContact(jsm, 'LAPTOPS', 1);
    const { id, position } = await appendOne();
    assert.is(await store.lastPosition(), position);
    assert.is(await readLatest(`/${id}`), 200);
    assert.is(await sendRejected(), 404);
  } finally {
    await first.restart();
  }
  await eventually(() => awaitOutOfContact(jsm, 'LAPTOPS', 0), 30_000);
});

test('is not used while the leader has lost both peers and still responds', async () => {
  const { id, position } = await appendOne();
  assert.is(await readLatest(`/${id}`), 200);
  try {
    await Promise.all([freeze(first.pid), freeze(second.pid)]);
    await awaitOutOfContact(jsm, 'LAPTOPS', 2);
    const [reported, message, confirmed, missing, bounds, latest, asOf, rejected] = await Promise.all([
      store.leaderPosition(),
      store.read(position),
      store.lastPosition(1_000).catch((error: unknown) => error),
      store.read(position + 1).catch((error: unknown) => error),
      store.bounds().catch((error: unknown) => error),
      readLatest(),
      readAsOf(new Date()),
      sendRejected(),
    ]);
    assert.equal([reported, message?.id, latest, asOf, rejected], [position, id, 503, 503, 503]);
    for (const unknown of [missing, bounds]) {
      assert.ok(unknown instanceof Problem, String(unknown));
      assert.is(unknown.code, 'unavailable');
    }
    assert.ok(confirmed instanceof Problem, String(confirmed));
    assert.is(confirmed.code, 'unavailable');
    assert.match(confirmed.message, 'not in contact with a majority');
    const plain = await fetch(`${url}/${id}`);
    assert.is(plain.status, 200, await plain.text());
  } finally {
    for (const { pid } of [first, second]) unfreeze(pid);
  }
  await eventually(async () => assert.is(await readLatest(`/${id}`), 200), 60_000);
  assert.is(await sendRejected(), 404);
});

test.after(close);

test.run();
