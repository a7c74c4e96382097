/** A replay delivers each message exactly once and never stalls, regardless of failures of the consumer, broker or network. */

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
const proxied = await connectToNats({ url: proxy.url, name: 'behind the proxy' });
defer(() => proxied.nc.close());

let streams = 0;

/** Creates a stream in which messages can be deleted. */
async function addStream(storage: StorageType = StorageType.File) {
  const name = `REPLAY${(streams += 1)}`;
  await jsm.streams.add({ name, subjects: [`${name}.*`], storage, allow_direct: true });
  return {
    name,
    /** Publishes `count` messages and resolves once they are stored. */
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

/** Starts a replay over the connection and records the delivered positions and the interruptions. */
function startReplay(stream: string, over: Connection, onPosition?: (position: number) => void) {
  const positions: number[] = [];
  const interruptions: string[] = [];
  const source: Replay = replay({
    connection: over,
    jsm: proxiedJsm,
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
    /** Waits for `count` messages and asserts that their positions are 1, 2, 3 … `count`. */
    async awaitAll(count: number, timeoutMs = 5_000) {
      await eventually(
        () => assert.ok(positions.length >= count, `${positions.length} of ${count}`),
        timeoutMs,
      );
      const wrong = positions.findIndex((position, index) => position !== index + 1);
      assert.is(wrong, -1, `position ${positions[wrong - 1]} is followed by ${positions[wrong]}`);
      assert.is(positions.length, count);
    },
  };
}

const proxiedJsm = await jetstreamManager(proxied.nc, { checkAPI: false });

const replayTests = suite('a replay');

replayTests('uses its own push consumer, not a consumer of the NATS client, which can stall', async () => {
  const stream = await addStream();
  const reader = startReplay(stream.name, proxied);
  await stream.publish(1);
  await reader.awaitAll(1);
  const [consumer] = await jsm.consumers.list(stream.name).next();
  assert.match(consumer?.name ?? '', /^replay-/);
  assert.ok(consumer?.config.deliver_subject);
  assert.is(consumer?.config.flow_control, true);
  assert.ok(Number(consumer?.config.idle_heartbeat) <= 1_000_000_000);
  await reader.stop();
  await eventually(async () => assert.is((await jsm.streams.info(stream.name)).state.consumer_count, 0));
});

replayTests('delivers the next message within 5 s after its consumer is deleted on the server', async () => {
  const stream = await addStream();
  const reader = startReplay(stream.name, proxied);
  for (let round = 1; round <= 3; round++) {
    await stream.publish(10);
    await reader.awaitAll(round * 10);
    const [consumer] = await jsm.consumers.list(stream.name).next();
    await jsm.consumers.delete(stream.name, consumer?.name ?? '');
  }
  await stream.publish(10);
  await reader.awaitAll(40);
  assert.ok(reader.interruptions.length >= 3, 'every deletion was detected');
  await reader.stop();
});

replayTests('delivers the next message within 5 s after the broker is killed and restarted', async () => {
  const stream = await addStream();
  const reader = startReplay(stream.name, proxied);
  for (let round = 1; round <= 2; round++) {
    await stream.publish(10);
    await reader.awaitAll(round * 10);
    await broker.kill();
    await broker.restart();
    await eventually(() => assert.ok(connection.isUp && proxied.isUp));
  }
  await stream.publish(10);
  await reader.awaitAll(30);
  await reader.stop();
});

replayTests('delivers each of 100,000 messages once to a handler that blocks for seconds', async () => {
  const count = 100_000;
  const stream = await addStream(StorageType.Memory);
  await stream.publish(count);
  const blockMs = new Map([
    [1_000, 3_000],
    [50_000, 1_500],
    [count, 500],
  ]);
  const reader = startReplay(stream.name, proxied, (position) => {
    const until = performance.now() + (blockMs.get(position) ?? 0);
    while (performance.now() < until) {
      // Blocks the event loop: no heartbeat is received, and no flow control message gets a response.
    }
  });
  await reader.awaitAll(count, 40_000);
  await reader.stop();
});

replayTests('loses no message while the connection breaks repeatedly', async () => {
  const stream = await addStream();
  const reader = startReplay(stream.name, proxied);
  let published = 0;
  for (let round = 0; round < 8; round++) {
    const publishing = stream.publish(500);
    proxy.disconnectAll();
    await publishing;
    published += 500;
    // The next disconnect may interrupt the catch-up, but only after it has begun.
    await eventually(() => assert.ok(reader.positions.length > published - 500));
  }
  await reader.awaitAll(published, 10_000);
  assert.ok(reader.interruptions.length > 0);
  await reader.stop();
});

replayTests('detects a lost message by the next message or heartbeat, and reads it again', async () => {
  const stream = await addStream();
  const reader = startReplay(stream.name, proxied);
  await stream.publish(10);
  await reader.awaitAll(10);
  proxy.dropNextDelivery();
  await stream.publish(5);
  await reader.awaitAll(15);
  proxy.dropNextDelivery();
  await stream.publish(1);
  await reader.awaitAll(16);
  assert.equal(reader.interruptions, ['missed messages', 'missed messages']);
  await reader.stop();
});

replayTests('does not treat messages deleted from the stream as lost', async () => {
  const stream = await addStream();
  await stream.publish(10);
  for (const position of [1, 4, 5, 10]) await jsm.streams.deleteMessage(stream.name, position);
  const reader = startReplay(stream.name, proxied);
  await eventually(() => assert.equal(reader.positions, [2, 3, 6, 7, 8, 9]));
  await stream.publish(3);
  await eventually(() => assert.is(reader.positions.at(-1), 13));
  await jsm.streams.deleteMessage(stream.name, 12);
  await jsm.streams.purge(stream.name, { filter: `${stream.name}.any`, keep: 1 });
  await stream.publish(2);
  await eventually(() => assert.is(reader.positions.at(-1), 15));
  assert.equal(reader.positions, [2, 3, 6, 7, 8, 9, 11, 12, 13, 14, 15]);
  assert.equal(reader.interruptions, []);
  await reader.stop();
});

replayTests.after(close);

const service = suite('a service');

service(
  'shows the next write on both replicas within 5 s after every consumer is deleted, and misses no event',
  async () => {
    const result = await runScenario(loseConsumers, { rounds: 3, seed: 1 });
    process.stdout.write(
      `consumers deleted: current again after ≤ ${Math.round(result.longestRecoveryMs)} ms\n`,
    );
    assert.equal(result.complaints, []);
    assert.ok(result.longestRecoveryMs < 5_000, `${result.longestRecoveryMs} ms`);
  },
);

replayTests.run();
service.run();
