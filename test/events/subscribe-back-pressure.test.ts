/** An ordered subscriber that is slower than the stream keeps a bounded number of messages in memory. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { subscribeToLaptops } from '../../src/laptops/subscribe.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
/** More than a subscription queues. */
const eventCount = 12_000;
const published = await publishAll(
  connection.nc,
  Array.from({ length: eventCount }, (_, index) => laptopAdded(index + 1)),
);
const countConsumers = async () => (await jsm.streams.info('LAPTOPS')).state.consumer_count;

const test = suite('an ordered subscription');

test('stops reading while `onEvent` is busy, and then delivers every event once', async () => {
  let release: () => void = () => undefined;
  const busy = new Promise<void>((resolve) => (release = resolve));
  const positions: number[] = [];
  const subscription = await subscribeToLaptops({
    natsUrl: broker.url,
    from: 0,
    onEvent({ position }) {
      positions.push(position);
      return busy;
    },
  });
  // The consumer is deleted when the queue is full. Without a limit it would stay.
  await eventually(() => assert.is(positions.length, 1), 60_000);
  await eventually(async () => assert.is(await countConsumers(), 0), 60_000);
  assert.is(positions.length, 1);
  release();
  await eventually(() => assert.is(positions.length, eventCount), 60_000);
  assert.equal(positions, published);
  await subscription.stop();
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
