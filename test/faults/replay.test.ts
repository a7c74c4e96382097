/** A replay never leaves out a message, never gives one out twice, and never stands still: whatever breaks under it. */

import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats, type Connection } from '../../src/kit/nats/connection/connection.ts';
import { replay, type Replay } from '../../src/kit/nats/stream/replay.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { loseConsumers } from '../support/faults/interruptions.ts';
import { createCleanup, runScenario } from '../support/faults/scenario.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const { connection, jsm } = await connectForTest(broker);
defer(() => connection.nc.close());
const js = jetstream(connection.nc);
const proxy = await startTcpProxy(broker.url);
defer(proxy.close);
const behindProxy = await connectToNats({ url: proxy.url, name: 'behind the proxy' });
defer(() => behindProxy.nc.close());

let streams = 0;

/** A stream of the test's own, in which messages may be deleted. */
async function addStream(storage: StorageType = StorageType.File) {
  const name = `REPLAY${(streams += 1)}`;
  await jsm.streams.add({ name, subjects: [`${name}.*`], storage, allow_direct: true });
  return {
    name,
    /** Publishes so many messages, and resolves when they are stored. */
    async publish(count: number, subject = 'any') {
      for (let sent = 0; sent < count; sent += 500) {
        const batch = Array.from({ length: Math.min(500, count - sent) }, () =>
          js.publish(`${name}.${subject}`),
        );
        await Promise.all(batch);
      }
    },
  };
}

/** Follows a stream and notes what comes. */
function follow(stream: string, over: Connection, onPosition?: (position: number) => void) {
  const positions: number[] = [];
  const interruptions: string[] = [];
  const source: Replay = replay({
    connection: over,
    jsm: follower,
    stream,
    after: 0,
    onMessage(_message, { position }) {
      positions.push(position);
      onPosition?.(position);
    },
    onInterrupted: (reason) => interruptions.push(reason),
  });
  return {
    positions,
    interruptions,
    stop: source.stop,
    /** Resolves when so many messages have come, and checks that they are 1, 2, 3 … */
    async hasAll(count: number, timeoutMs = 5_000) {
      await eventually(
        () => assert.ok(positions.length >= count, `${positions.length} of ${count}`),
        timeoutMs,
      );
      const wrong = positions.findIndex((position, index) => position !== index + 1);
      assert.is(wrong, -1, `after ${positions[wrong - 1]} comes ${positions[wrong]}`);
      assert.is(positions.length, count);
    },
  };
}

const follower = await jetstreamManager(behindProxy.nc, { checkAPI: false });

const test = suite('a replay that is interrupted');

test('it reads with a push consumer of its own, not with one of the client that can stall', async () => {
  const stream = await addStream();
  const followed = follow(stream.name, behindProxy);
  await stream.publish(1);
  await followed.hasAll(1);
  const [consumer] = await jsm.consumers.list(stream.name).next();
  assert.match(consumer?.name ?? '', /^replay-/);
  assert.ok(consumer?.config.deliver_subject);
  assert.is(consumer?.config.flow_control, true);
  assert.ok(Number(consumer?.config.idle_heartbeat) <= 1_000_000_000);
  await followed.stop();
  await eventually(async () => assert.is((await jsm.streams.info(stream.name)).state.consumer_count, 0));
});

test('its consumer is deleted on the server: the next message comes within 5 s', async () => {
  const stream = await addStream();
  const followed = follow(stream.name, behindProxy);
  for (let round = 1; round <= 3; round++) {
    await stream.publish(10);
    await followed.hasAll(round * 10);
    const [consumer] = await jsm.consumers.list(stream.name).next();
    await jsm.consumers.delete(stream.name, consumer?.name ?? '');
  }
  await stream.publish(10);
  await followed.hasAll(40);
  assert.ok(followed.interruptions.length >= 3, 'every loss was noticed');
  await followed.stop();
});

test('the broker is killed and comes back: the next message comes within 5 s', async () => {
  const stream = await addStream();
  const followed = follow(stream.name, behindProxy);
  for (let round = 1; round <= 2; round++) {
    await stream.publish(10);
    await followed.hasAll(round * 10);
    await broker.kill();
    await broker.restart();
    await eventually(() => assert.ok(connection.isUp && behindProxy.isUp));
  }
  await stream.publish(10);
  await followed.hasAll(30);
  await followed.stop();
});

test('a fold that is slow and stands still for seconds gets every one of 100 000 messages once', async () => {
  const count = 100_000;
  const stream = await addStream(StorageType.Memory);
  await stream.publish(count);
  const standStill = new Map([
    [1_000, 3_000],
    [50_000, 1_500],
    [count, 500],
  ]);
  const followed = follow(stream.name, behindProxy, (position) => {
    const until = performance.now() + (standStill.get(position) ?? 0);
    while (performance.now() < until) {
      // The event loop does not turn: no heartbeat is heard, and no flow control is answered.
    }
  });
  await followed.hasAll(count, 40_000);
  await followed.stop();
});

test('the connection breaks again and again while messages come', async () => {
  const stream = await addStream();
  const followed = follow(stream.name, behindProxy);
  let published = 0;
  for (let round = 0; round < 8; round++) {
    const publishing = stream.publish(500);
    proxy.disconnectAll();
    await publishing;
    published += 500;
    // The next cut may come in the middle of the catch-up, but not before it has begun.
    await eventually(() => assert.ok(followed.positions.length > published - 500));
  }
  await followed.hasAll(published, 10_000);
  assert.ok(followed.interruptions.length > 0);
  await followed.stop();
});

test('a message that is lost on the way is noticed, by the next one or by a heartbeat, and read again', async () => {
  const stream = await addStream();
  const followed = follow(stream.name, behindProxy);
  await stream.publish(10);
  await followed.hasAll(10);
  proxy.dropNextDelivery();
  await stream.publish(5);
  await followed.hasAll(15);
  proxy.dropNextDelivery();
  await stream.publish(1);
  await followed.hasAll(16);
  assert.equal(followed.interruptions, ['missed messages', 'missed messages']);
  await followed.stop();
});

test('messages that the stream itself no longer has are not taken for lost ones', async () => {
  const stream = await addStream();
  await stream.publish(10);
  for (const position of [1, 4, 5, 10]) await jsm.streams.deleteMessage(stream.name, position);
  const followed = follow(stream.name, behindProxy);
  await eventually(() => assert.equal(followed.positions, [2, 3, 6, 7, 8, 9]));
  await stream.publish(3);
  await eventually(() => assert.is(followed.positions.at(-1), 13));
  await jsm.streams.deleteMessage(stream.name, 12);
  await jsm.streams.purge(stream.name, { filter: `${stream.name}.any`, keep: 1 });
  await stream.publish(2);
  await eventually(() => assert.is(followed.positions.at(-1), 15));
  assert.equal(followed.positions, [2, 3, 6, 7, 8, 9, 11, 12, 13, 14, 15]);
  assert.equal(followed.interruptions, []);
  await followed.stop();
});

test.after(close);

const service = suite('a service that follows its stream');

service(
  'every consumer is deleted: both replicas show the next write within 5 s, and nothing is missing',
  async () => {
    const result = await runScenario(loseConsumers, { rounds: 3, seed: 1 });
    process.stdout.write(
      `consumers deleted: current again after ≤ ${Math.round(result.longestRecoveryMs)} ms\n`,
    );
    assert.equal(result.complaints, []);
    assert.ok(result.longestRecoveryMs < 5_000, `${result.longestRecoveryMs} ms`);
  },
);

test.run();
service.run();
