/** The follower of the configuration bucket across re-reads. */

import { getEventListeners } from 'node:events';
import { Kvm } from '@nats-io/kv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultProduct } from '../../src/kit/domain/product.ts';
import { followConfig } from '../../src/kit/nats/provisioning/config-bucket.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const { configBucket: bucket } = defaultProduct;
const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const values = await new Kvm(connection.nc).open(bucket);

/** Collects every abort signal that gets a listener while `run` runs. */
async function collectSignals(run: (signals: ReadonlySet<AbortSignal>) => Promise<void>): Promise<void> {
  const signals = new Set<AbortSignal>();
  const original = Object.getOwnPropertyDescriptor(EventTarget.prototype, 'addEventListener');
  assert.ok(original !== undefined);
  const { addEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...call) {
    if (this instanceof AbortSignal) signals.add(this);
    addEventListener.apply(this, call);
  };
  try {
    await run(signals);
  } finally {
    Object.defineProperty(EventTarget.prototype, 'addEventListener', original);
  }
}

const countListeners = (signals: ReadonlySet<AbortSignal>) =>
  [...signals].map((signal) => getEventListeners(signal, 'abort').length);

const test = suite('the follower of the configuration bucket');

test('adds no abort listener when it reads the bucket again', async () => {
  await values.put('log-level', 'info');
  await collectSignals(async (signals) => {
    let reads = 0;
    const follower = followConfig({
      bucket,
      connection,
      jsm,
      onValues: () => (reads += 1),
      onFailure: () => undefined,
    });
    try {
      await eventually(() => assert.is(reads, 1));
      for (const expected of [2, 3, 4]) {
        await connection.nc.reconnect();
        await eventually(() => assert.is(reads, expected));
      }
      assert.ok(signals.size > 0);
      assert.equal(new Set(countListeners(signals)), new Set([0]));
    } finally {
      await follower.stop();
    }
  });
});

test('stops while it looks the bucket up', async () => {
  const follower = followConfig({
    bucket,
    connection,
    jsm,
    onValues: () => undefined,
    onFailure: () => undefined,
  });
  await follower.stop();
});

test.after(async () => {
  await connection.nc.close();
  await broker.close();
});
test.run();
