import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopEvents } from '#contracts/laptops';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { added } from '../support/contract/event-store-contract.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';
import { maxBatchLength } from '../../src/kit/nats/stream/atomic-batch.ts';
import { createAppendBatcher } from '../../scripts/import/broker/append-batcher.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { batchIdHeader } from '../../src/kit/nats/connection/headers.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';

const broker = await startTestBroker();
const { connection: direct, jsm: directJsm } = await connectForTest(broker);
const proxy = await startTcpProxy(broker.url);
const connection = await connectToNats({ url: proxy.url, name: 'bulk' });
const jsm = await jetstreamManager(connection.nc);
const subjects = eventSubjects('laptops');
const codec = createCodec(laptopEvents, subjects);
const options = { connection, jsm, stream: 'LAPTOPS', subjects, codec, ackTimeoutMs: 1_000 };
const store = createEventStore(options);

let sentIndividually = 0;
const append = createAppendBatcher(options, (single) => {
  sentIndividually += 1;
  return store.append(single);
});

let lastId = 0;

/** Adds `count` new laptops concurrently. Returns their ids and the results of the appends. */
async function addMany(count: number, expectedVersionOf: (index: number) => number = () => 0) {
  const first = lastId + 1;
  lastId += count;
  sentIndividually = 0;
  const ids = Array.from({ length: count }, (_, index) => first + index);
  const results = await Promise.all(
    ids.map((id, index) => {
      const expectedVersion = expectedVersionOf(index);
      return append({ id, events: [added], expectedVersion, messageId: `bulk-${id}`, commandDigest: 'd' });
    }),
  );
  return { ids, results };
}

async function assertStored(ids: readonly number[], positions: readonly number[]) {
  for (const [index, id] of ids.entries()) {
    assert.is(await store.lastPositionOf(id), positions[index]);
    const history = await store.read(positions[index] ?? 0);
    assert.equal([history?.messageId, history?.content], [`bulk-${id}`, added]);
  }
}

const positionsOf = (results: Awaited<ReturnType<typeof addMany>>['results']) =>
  results.map((result) => ('position' in result ? result.position : -1));

const batchedAppends = suite('batched appends');

batchedAppends('are stored in shared batches, and each returns its own position', async () => {
  const { ids, results } = await addMany(40);
  assert.ok(results.every(({ outcome }) => outcome === 'written'));
  await assertStored(ids, positionsOf(results));
  assert.is(sentIndividually, 0);
  const stored = await directJsm.streams.getMessage('LAPTOPS', { seq: positionsOf(results)[0] ?? 0 });
  assert.ok(stored?.header.get(batchIdHeader));
});

batchedAppends('may exceed the size of one batch', async () => {
  const count = maxBatchLength + 1;
  const { results } = await addMany(count);
  assert.is(new Set(positionsOf(results)).size, count);
  assert.ok(results.every(({ outcome }) => outcome === 'written'));
  assert.ok(sentIndividually <= 1);
});

batchedAppends('are not affected by one with a stale expected version', async () => {
  const { ids, results } = await addMany(40, (index) => (index === 17 ? 1 : 0));
  assert.equal(results[17], { outcome: 'conflict' });
  const others = results.flatMap((result, index) =>
    index === 17 ? [] : [[ids[index] ?? 0, result] as const],
  );
  assert.ok(others.every(([, { outcome }]) => outcome === 'written'));
  await assertStored(
    others.map(([id]) => id),
    positionsOf(others.map(([, result]) => result)),
  );
  assert.ok(sentIndividually < 40, 'all were sent individually');
});

batchedAppends('return their stored positions if the acknowledgement is lost', async () => {
  const before = (await directJsm.streams.info('LAPTOPS')).state.last_seq;
  let publishes = 0;
  proxy.onPublish(() => ((publishes += 1) === 10 ? 'cut after' : 'pass'));
  const { ids, results } = await addMany(10);
  proxy.onPublish(() => 'pass');
  assert.ok(
    results.every(({ outcome }) => outcome === 'written' || outcome === 'duplicate'),
    JSON.stringify(results),
  );
  await assertStored(ids, positionsOf(results));
  assert.is((await directJsm.streams.info('LAPTOPS')).state.last_seq, before + 10);
});

batchedAppends.after(async () => {
  await connection.nc.close();
  await direct.nc.close();
  await proxy.close();
  await broker.close();
});

batchedAppends.run();
