/** A snapshot that does not fit is passed over, with the reason, and does not stand in the way of a good one. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import {
  createSnapshotBench,
  fillStream,
  replaceBytes,
  showImage,
  type SnapshotBench,
  type StoredObject,
  type Thing,
} from '../support/snapshot-bench.ts';
import { openSnapshots } from '../../src/kit/nats/snapshots/snapshots.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;

/** What a promise that nobody looks at was rejected with; a service would end of it. */
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** A snapshot at position 5 of a stream that ends at 10; with many things, it has several chunks. */
async function startWithSnapshot(things = 3): Promise<{ bench: SnapshotBench; object: StoredObject }> {
  const bench = await createSnapshotBench(nc, jsm);
  await (await bench.open()).save(await bench.imageAt(5, things), 0);
  const object = (await bench.objects()).find(({ name }) => !name.endsWith('.claim'));
  if (object === undefined) throw new Error('there is no snapshot');
  return { bench, object };
}

/** Where in the object store's stream the chunks of an object are. */
async function findChunks({ bucket }: SnapshotBench, { chunks }: StoredObject): Promise<number[]> {
  const stream = `OBJ_${bucket}`;
  const { state } = await jsm.streams.info(stream);
  const positions: number[] = [];
  for (let position = state.first_seq; position <= state.last_seq; position++) {
    const message = await jsm.streams.getMessage(stream, { seq: position });
    if (message?.subject === chunks) positions.push(position);
  }
  return positions;
}

async function deleteChunks(bench: SnapshotBench, positions: readonly (number | undefined)[]): Promise<void> {
  for (const position of positions) {
    assert.type(position, 'number');
    await jsm.streams.deleteMessage(`OBJ_${bench.bucket}`, Number(position));
  }
}

/** A replica that starts now finds no snapshot that it can use, says why, and writes a good one. */
async function assertPassedOver(bench: SnapshotBench, reason: RegExp, at = 5): Promise<void> {
  const { open, imageAt, takeReasons } = bench;
  const restarted = await open();
  assert.is(await restarted.load(Infinity), undefined);
  const reasons = takeReasons();
  assert.is(reasons.length, 1, reasons.join());
  assert.match(reasons[0] ?? '', /snapshot of position \d+: /);
  assert.match(reasons[0] ?? '', reason);
  // A rejection that nobody handles is told of in a later turn.
  await sleep(1);
  assert.equal(unhandled.splice(0), []);

  // Good from here on: one at the same position would be close enough if it were good.
  const image = await imageAt(at);
  assert.is(await restarted.save(image, 3), 'written');
  assert.equal(
    (await restarted.list()).map(({ position }) => position),
    [at],
  );
  const next = await open();
  assert.equal(showImage(await next.load(Infinity)), showImage(image));
  assert.is(await next.save(await imageAt(at + 1), 3), 'skipped');
  assert.equal(takeReasons(), []);
}

const corrupt = suite('a corrupt snapshot is passed over and replaced');

corrupt('one with more bytes than it had', async () => {
  const { bench, object } = await startWithSnapshot();
  nc.publish(object.chunks, '{"rejectedPositions":[8]}\n');
  await nc.flush();
  await assertPassedOver(bench, /./);
});
corrupt('one with other bytes than its digest says', async () => {
  const { bench, object } = await startWithSnapshot();
  await bench.describeAnew(object, { digest: `SHA-256=${Buffer.alloc(32).toString('base64')}` });
  await assertPassedOver(bench, /digest/);
});
corrupt('one with bytes that are no image, at the beginning of many', async () => {
  const { bench, object } = await startWithSnapshot(20_000);
  assert.ok((await findChunks(bench, object)).length >= 4);
  await replaceBytes(nc, bench, object, (bytes) => `x${bytes}`);
  await assertPassedOver(bench, /JSON/);
});
corrupt('one with bytes that are no image, in the middle of many', async () => {
  const { bench, object } = await startWithSnapshot(20_000);
  await replaceBytes(nc, bench, object, (bytes) => bytes.replace('\n{', '\nx{'));
  await assertPassedOver(bench, /JSON/);
});
for (const [what, metadata] of [
  ['that is no number', { position: 'x' }],
  ['before the first one', { position: '0' }],
  ['without a time', { time: undefined }],
] as const) {
  corrupt(`one of a position ${what}`, async () => {
    const { bench, object } = await startWithSnapshot();
    const { created: streamCreated } = await jsm.streams.info(bench.stream);
    const { time } = await bench.imageAt(5);
    await bench.describeAnew(object, { metadata: { position: '5', time, streamCreated, ...metadata } });
    // Who wrote it is not believed to be writing it any more.
    const claim = (await bench.objects()).find(({ name }) => name.endsWith('.claim'));
    assert.ok(claim !== undefined);
    await bench.describeAnew(claim, { mtime: '2026-01-01T00:00:00Z' });
    const restarted = await bench.open();
    assert.is(await restarted.load(Infinity), undefined);
    assert.is(await restarted.save(await bench.imageAt(9), 0), 'written');
    assert.is((await (await bench.open()).load(Infinity))?.position, 9);
  });
}
corrupt.run();

const truncated = suite('a truncated snapshot is passed over and replaced');

truncated('one that ends after a line, with a digest that fits', async () => {
  const { bench, object } = await startWithSnapshot();
  await replaceBytes(nc, bench, object, (bytes) => bytes.slice(0, bytes.lastIndexOf('{')));
  await assertPassedOver(bench, /whole/);
});
truncated('one without its last chunk', async () => {
  const { bench, object } = await startWithSnapshot(20_000);
  await deleteChunks(bench, (await findChunks(bench, object)).slice(-1));
  await assertPassedOver(bench, /digest|whole|JSON/);
});
truncated('one without its first chunk', async () => {
  const { bench, object } = await startWithSnapshot(20_000);
  await deleteChunks(bench, (await findChunks(bench, object)).slice(0, 1));
  await assertPassedOver(bench, /digest|whole|JSON/);
});
truncated('one without any chunk: it is not waited for without end', async () => {
  const { bench, object } = await startWithSnapshot();
  await deleteChunks(bench, await findChunks(bench, object));
  const started = performance.now();
  await assertPassedOver(bench, /no more data/);
  assert.ok(performance.now() - started < 5_000);
});
truncated.run();

const foreign = suite('a snapshot that the stream does not bear out is passed over and replaced');

foreign('one that is ahead of the stream', async () => {
  const bench = await createSnapshotBench(nc, jsm);
  await (await bench.open()).save(await bench.imageAt(11), 0);
  await assertPassedOver(bench, /ahead of the stream, which ends at 10/);
});
foreign('one of a stream that was deleted and made again', async () => {
  const { bench } = await startWithSnapshot();
  await jsm.streams.delete(bench.stream);
  await fillStream(nc, jsm, bench.stream, 10);
  await assertPassedOver(bench, /another stream/);
});
foreign('one of a stream that was deleted and made again, when that is still shorter', async () => {
  const { bench } = await startWithSnapshot();
  await jsm.streams.delete(bench.stream);
  await fillStream(nc, jsm, bench.stream, 4);
  await assertPassedOver(bench, /another stream/, 4);
});
foreign('one whose last message is another one in the stream', async () => {
  const bench = await createSnapshotBench(nc, jsm);
  const image = await bench.imageAt(5);
  await (await bench.open()).save({ ...image, time: image.time - 1 }, 0);
  await assertPassedOver(bench, /another message at position 5/);
});
foreign('one whose last message is gone from the stream', async () => {
  const { bench } = await startWithSnapshot();
  await jsm.streams.deleteMessage(bench.stream, 5);
  await assertPassedOver(bench, /another message at position 5/, 6);
});
foreign.run();

const several = suite('of several snapshots');

several('the newest that fits is loaded, and the one that does not is replaced first', async () => {
  const bench = await createSnapshotBench(nc, jsm);
  const { open, imageAt, objects, takeReasons } = bench;
  const snapshots = await open();
  let newest: StoredObject | undefined;
  for (const position of [1, 3, 5]) {
    const before = new Set((await objects()).map(({ name }) => name));
    await snapshots.save(await imageAt(position), 0);
    newest = (await objects()).find(({ name }) => !before.has(name) && !name.endsWith('.claim'));
  }
  assert.ok(newest !== undefined);
  await replaceBytes(nc, bench, newest, () => 'nonsense');

  const restarted = await open();
  assert.is((await restarted.load(4))?.position, 3);
  assert.equal(takeReasons(), []);
  assert.is((await restarted.load(Infinity))?.position, 3);
  assert.is(takeReasons().length, 1);
  assert.is(await restarted.save(await imageAt(7), 0), 'written');
  assert.equal(
    (await restarted.list()).map(({ position }) => position),
    [7, 3, 1],
  );
});
several.run();

const missing = suite('without a bucket');

missing('there is no snapshot, which is told, and none can be saved', async () => {
  const reasons: string[] = [];
  const { stream, imageAt } = await createSnapshotBench(nc, jsm);
  const snapshots = await openSnapshots<Thing>({
    nc,
    jsm,
    name: 'nothing',
    stream,
    initial: undefined,
    fold: 'a fold',
    onUnusable: (reason) => reasons.push(reason),
  });
  assert.is(await snapshots.load(Infinity), undefined);
  assert.is(reasons.length, 1);
  assert.match(reasons[0] ?? '', /nothing-snapshots/);
  const image = await imageAt(5);
  const failure: unknown = await snapshots.save(image, 0).catch((error: unknown) => error);
  assert.instance(failure, Error);
});
missing.after(async () => {
  await nc.close();
  await broker.close();
});
missing.run();
