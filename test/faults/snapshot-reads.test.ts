/** A snapshot whose read fails is not marked as wrong: the next read uses it. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { createSnapshotFixture, toPlainImage } from '../support/snapshot-fixture.ts';

const broker = await startTestBroker();
const proxy = await startTcpProxy(broker.url);
const { connection, jsm } = await connectForTest(broker);
const proxied = await connectToNats({ url: proxy.url, name: 'reader' });

/** Saves a snapshot at position 5, and opens the snapshots through the proxy. */
async function startWithSnapshot() {
  const fixture = await createSnapshotFixture(connection.nc, jsm);
  const image = await fixture.imageAt(5);
  await (await fixture.open()).save(image, 0);
  return { ...fixture, image, snapshots: await fixture.open('a fold', proxied.nc) };
}

const test = suite('a snapshot');

test('whose chunks do not arrive in time is read again later', async () => {
  const { bucket, image, snapshots, takeReasons } = await startWithSnapshot();
  proxy.holdDeliveries(`OBJ_${bucket}`);
  assert.is(await snapshots.load(Infinity), undefined);
  assert.equal(takeReasons(), ['snapshot at position 5: no more data within 1000 ms']);
  proxy.release();
  assert.equal(toPlainImage(await snapshots.load(Infinity)), toPlainImage(image));
  assert.equal(takeReasons(), []);
});
test('whose first chunk is late is read at the next attempt', async () => {
  const { bucket, image, snapshots, takeReasons } = await startWithSnapshot();
  proxy.holdDeliveries(`OBJ_${bucket}`);
  const loading = snapshots.load(Infinity);
  const names = new Set<string>();
  // The client creates two consumers in each attempt.
  await eventually(async () => {
    for (const { name } of await jsm.consumers.list(`OBJ_${bucket}`).next()) names.add(name);
    assert.ok(names.size > 2);
  });
  proxy.release();
  assert.equal(toPlainImage(await loading), toPlainImage(image));
  assert.equal(takeReasons(), []);
});
test('whose read is interrupted by a lost connection is read after the reconnect', async () => {
  const { bucket, image, snapshots, takeReasons } = await startWithSnapshot();
  proxy.holdDeliveries(`OBJ_${bucket}`);
  const loading = snapshots.load(Infinity).catch((error: unknown) => error);
  await eventually(async () => assert.is((await jsm.streams.info(`OBJ_${bucket}`)).state.consumer_count, 1));
  proxy.rejectConnections();
  assert.instance(await loading, Error);
  assert.equal(takeReasons(), []);
  proxy.release();
  proxy.acceptConnections();
  await eventually(() => assert.ok(proxied.isUp));
  assert.equal(toPlainImage(await snapshots.load(Infinity)), toPlainImage(image));
  assert.equal(takeReasons(), []);
});
test.after(async () => {
  await proxied.nc.close();
  await connection.nc.close();
  await proxy.close();
  await broker.close();
});
test.run();
