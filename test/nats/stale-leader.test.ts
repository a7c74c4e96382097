/** Reads that are answered by an old leader, which does not have the latest messages. */

import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopEvents } from '#contracts/laptops';
import { Problem } from '../../src/kit/domain/problem.ts';
import { createCodec } from '../../src/kit/nats/stream/codec.ts';
import { createEventStore } from '../../src/kit/nats/stream/event-store.ts';
import { eventSubjects } from '../../src/kit/nats/stream/subjects.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startOldLeader } from '../support/broker/old-leader.ts';
import { added, openStore } from '../support/contract/event-store-contract.ts';
import { createCleanup } from '../support/faults/scenario.ts';

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
defer(() => nc.close());

const old = startOldLeader(nc, 'LAPTOPS');

const subjects = eventSubjects('laptops');
const store = createEventStore({
  connection,
  jsm: await jetstreamManager(nc, { apiPrefix: old.apiPrefix }),
  stream: 'LAPTOPS',
  subjects,
  codec: createCodec(laptopEvents, subjects),
  appendTimeoutMs: 1_000,
});

const direct = openStore({ connection, jsm });
const positions: number[] = [];
for (const id of [1, 2, 3]) {
  const append = { id, events: [added], expectedVersion: 0, messageId: `message-${id}`, commandDigest: '' };
  const result = await direct.append(append);
  if (!('position' in result)) throw new Error(result.outcome);
  positions.push(result.position);
}
const [first = 0, second = 0, last = 0] = positions;
const timeOf = async (position: number) => (await direct.read(position))?.time ?? 0;

const test = suite('a read that an old leader answers');

test.before.each(() => {
  Object.assign(old, { answers: 0, last: first });
});

test('of a message is repeated until the current leader returns the message', async () => {
  old.answers = 3;
  assert.is((await store.read(second))?.messageId, 'message-2');
  assert.is(old.answers, 0);
});

test('of a message that it has returns the message', async () => {
  old.answers = 1;
  assert.is((await store.read(first))?.messageId, 'message-1');
  assert.is(old.answers, 0);
});

test('of a message is unavailable if no other leader answers', async () => {
  old.answers = Infinity;
  const error: unknown = await store.read(second).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Problem, String(error));
  assert.is(error.code, 'unavailable');
});

test('of a position that was never stored returns nothing', async () => {
  old.answers = 1;
  assert.is(await store.read(last + 1), undefined);
});

test('of a message that was deleted returns nothing', async () => {
  await jsm.streams.add({ name: 'DELETED', subjects: [eventSubjects('deleted').all] });
  const deleted = openStore({ connection, jsm }, 'deleted');
  for (const id of [1, 2, 3]) {
    await deleted.append({ id, events: [added], expectedVersion: 0, messageId: '', commandDigest: '' });
  }
  for (const position of [1, 2]) await jsm.streams.deleteMessage('DELETED', position);
  assert.equal([await deleted.read(1), await deleted.read(2)], [undefined, undefined]);
  assert.is((await deleted.read(3))?.position, 3);
  assert.equal(await deleted.bounds(), { first: 3, last: 3 });
});

test('of the position at a time is repeated until the current leader answers', async () => {
  const time = (await timeOf(last)) + 1;
  old.answers = 4;
  assert.is(await store.positionAt(time), last);
  assert.is(old.answers, 0);
});

test('of the position at a time is unavailable if no other leader answers', async () => {
  const time = (await timeOf(last)) + 1;
  old.answers = Infinity;
  const error: unknown = await store.positionAt(time).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Problem, String(error));
  assert.is(error.code, 'unavailable');
});

test('of the position at a time before a message that it has needs no confirmation', async () => {
  old.answers = 1;
  assert.is(await store.positionAt((await timeOf(first)) - 1), first - 1);
});

test.after(close);

test.run();
