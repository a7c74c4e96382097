/** A subscription ends with an error when its stream was replaced by an older copy, also if it has grown longer since. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats, type Access } from '../../src/kit/nats/connection/connection.ts';
import { StreamReplaced } from '../../src/kit/subscriber/index.ts';
import type { SubscribeOptions } from '../../src/kit/subscriber/options.ts';
import type { LaptopEvent } from '#contracts/laptops';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';
import { connectForTest, startTestBroker, type TestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startRoleBroker } from '../support/broker/role-broker.ts';
import { eventually } from '../support/eventually.ts';
import { continueFromCopy, copyStream, type StreamCopy } from '../support/faults/restored-stream.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { runProvision } from '../support/process/provision-process.ts';

const { defer, close } = createCleanup();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const laptops = (from: number, to: number) => range(from, to).map((id) => laptopAdded(id, `Laptop ${id}`));

type System = {
  readonly broker: Pick<TestBroker, 'url' | 'dataDir' | 'kill' | 'restart'>;
  readonly publisher: Omit<Access, 'url'>;
  readonly subscriber: Omit<Access, 'url'>;
};

/** Starts a broker without roles. */
async function startOpenBroker(): Promise<System> {
  const broker = await startTestBroker();
  defer(broker.close);
  const { connection } = await connectForTest(broker);
  await connection.nc.close();
  return { broker, publisher: {}, subscriber: {} };
}

/** Starts a broker with docker/nats-roles.conf. */
async function startBrokerWithRoles(): Promise<System> {
  const broker = await startRoleBroker();
  defer(broker.close);
  assert.is((await runProvision(broker.environmentOf('provisioner'))).code, 0);
  return { broker, publisher: broker.accessOf('publisher'), subscriber: broker.accessOf('subscriber') };
}

/** Starts a subscription that records the ids of the laptops. */
async function subscribe({ broker, subscriber }: System, options: Partial<SubscribeOptions<LaptopEvent>>) {
  const ids: number[] = [];
  const subscription = await subscribeToLaptops({
    natsUrl: broker.url,
    access: subscriber,
    onEvent: ({ id }) => void ids.push(id),
    ...options,
  });
  // A durable consumer may deliver an event again after the broker crashed.
  const distinctIds = () => [...new Set(ids)];
  return {
    subscription,
    distinctIds,
    awaitIds: (expected: number[]) => eventually(() => assert.equal(distinctIds(), expected), 60_000),
  };
}

async function copyLaptops({ broker }: System): Promise<StreamCopy> {
  const copy = await copyStream(broker, 'LAPTOPS');
  defer(copy.close);
  return copy;
}

/** Publishes the laptops with these ids, over a new connection: an existing one may still be reconnecting. */
async function publish({ broker, publisher }: System, from: number, to: number): Promise<void> {
  const { nc } = await connectToNats({ ...publisher, url: broker.url, name: 'publisher' });
  // Right after its start, the broker does not respond.
  await eventually(() => publishAll(nc, laptops(from, from)), 30_000);
  await publishAll(nc, laptops(from + 1, to));
  await nc.close();
}

async function countConsumers({ broker: { url } }: System): Promise<number> {
  const { connection, jsm } = await connectForTest({ url });
  const { state } = await jsm.streams.info('LAPTOPS');
  await connection.nc.close();
  return state.consumer_count;
}

/** Returns what the promise rejects with, within a minute. */
function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const timeout = sleep(60_000, 'neither resolved nor rejected', { ref: false });
  const settled = promise.then(
    () => 'resolved',
    (reason: unknown) => reason,
  );
  return Promise.race([settled, timeout]);
}

/** Asserts that the promise rejects because the stream was replaced. */
async function assertReplaced(promise: Promise<unknown>, detail: string): Promise<void> {
  const error = await errorOf(promise);
  assert.instance(error, StreamReplaced);
  assert.is(String(error), `StreamReplaced: ${detail}`);
}

const restored = suite('after its stream was restored from a copy and continued');

for (const [role, start] of [
  ['', startOpenBroker],
  [' with the subscriber role', startBrokerWithRoles],
] as const) {
  for (const [kind, options] of [
    ['an ordered', { from: 0 }],
    ['a durable', { from: 0, durable: { name: 'copied' } }],
  ] as const) {
    restored(`${kind} subscription${role} ends without delivering the other messages`, async () => {
      const system = await start();
      await publish(system, 1, 10);
      const { subscription, distinctIds, awaitIds } = await subscribe(system, options);
      await awaitIds(range(1, 10));
      const copy = await copyLaptops(system);
      await publish(system, 11, 18);
      await awaitIds(range(1, 18));

      await continueFromCopy(system.broker, copy, laptops(21, 32), system.publisher);
      await assertReplaced(subscription.ended, 'stream LAPTOPS has another message at position 18');
      assert.equal(distinctIds(), range(1, 18));
    });
  }
}
restored('an ordered subscription ends that had stopped reading because its queue was full', async () => {
  const system = await startOpenBroker();
  await publish(system, 1, 10);
  const copy = await copyLaptops(system);
  await publish(system, 11, 12_000);
  let release: () => void = () => undefined;
  const busy = new Promise<void>((resolve) => (release = resolve));
  const ids: number[] = [];
  const { subscription } = await subscribe(system, {
    from: 0,
    onEvent({ id }) {
      ids.push(id);
      return busy;
    },
  });
  // A full queue ends the replay, which deletes its consumer.
  await eventually(() => assert.is(ids.length, 1), 60_000);
  await eventually(async () => assert.is(await countConsumers(system), 0), 60_000);

  await continueFromCopy(system.broker, copy, laptops(20_001, 32_000));
  release();
  const error = await errorOf(subscription.ended);
  const { position } = subscription;
  assert.ok(position >= 10_000);
  assert.is(String(error), `StreamReplaced: stream LAPTOPS has another message at position ${position}`);
  assert.equal(ids, range(1, position));
});
restored.run();

const beyondEnd = suite('a position beyond the end of the stream');

for (const [kind, options] of [
  ['an ordered', { from: 0 }],
  ['a durable', { from: 0, durable: { name: 'lost' } }],
] as const) {
  beyondEnd(`ends ${kind} subscription that has read the messages which the broker lost`, async () => {
    const system = await startOpenBroker();
    await publish(system, 1, 10);
    const copy = await copyLaptops(system);
    await publish(system, 11, 14);
    const { subscription, awaitIds } = await subscribe(system, options);
    await awaitIds(range(1, 14));
    await continueFromCopy(system.broker, { restore: copy.restoreMessages }, []);
    await assertReplaced(subscription.ended, 'stream LAPTOPS ends at 10, before position 14');
  });
}
for (const [kind, durable] of [
  ['an ordered', undefined],
  ['a durable', { name: 'beyond' }],
] as const) {
  beyondEnd(`is rejected as the start of ${kind} subscription`, async () => {
    const system = await startOpenBroker();
    await publish(system, 1, 3);
    const started = subscribe(system, { from: 99, ...(durable && { durable }) });
    await assertReplaced(
      started.then(({ subscription }) => subscription.ended),
      'stream LAPTOPS ends at 3, before position 98',
    );
    assert.is(await countConsumers(system), 0);
  });
}
beyondEnd.after(close);
beyondEnd.run();
