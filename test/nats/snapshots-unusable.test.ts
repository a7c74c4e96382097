/** Unusable snapshots are discarded with a reason and replaced by a usable one. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Objm } from '@nats-io/obj';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import {
  createSnapshotFixture,
  fillStream,
  replaceBytes,
  toPlainImage,
  type SnapshotFixture,
  type StoredObject,
  type Thing,
} from '../support/snapshot-fixture.ts';
import { openSnapshots } from '../../src/kit/nats/snapshots/snapshots.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;

/** Reasons of unhandled rejections; each would end a service process. */
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

/** Creates a snapshot at position 5 of a stream that ends at 10. With 20,000 things, the snapshot has several chunks. */
async function startWithSnapshot(things = 3): Promise<{ fixture: SnapshotFixture; object: StoredObject }> {
  const fixture = await createSnapshotFixture(nc, jsm);
  await (await fixture.open()).save(await fixture.imageAt(5, things), 0);
  const object = (await fixture.objects()).find(({ name }) => !name.endsWith('.claim'));
  if (object === undefined) throw new Error('no snapshot was written');
  return { fixture, object };
}

/** Changes single values of the metadata with which a snapshot was written; undefined removes one. */
async function changeMetadata(
  { bucket, rewriteInfo }: SnapshotFixture,
  object: StoredObject,
  change: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const info = await (await new Objm(nc).open(bucket)).info(object.name);
  await rewriteInfo(object, { metadata: { ...info?.metadata, ...change } });
}

/** Expires the claim of the replica that wrote the snapshot. */
async function expireClaim({ objects, rewriteInfo }: SnapshotFixture): Promise<void> {
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  await rewriteInfo(claim, { metadata: { written: '0' } });
}

/** Returns the positions of an object's chunks in the stream of the object store. */
async function findChunks({ bucket }: SnapshotFixture, { chunks }: StoredObject): Promise<number[]> {
  const stream = `OBJ_${bucket}`;
  const { state } = await jsm.streams.info(stream);
  const positions: number[] = [];
  for (let position = state.first_seq; position <= state.last_seq; position++) {
    const message = await jsm.streams.getMessage(stream, { seq: position });
    if (message?.subject === chunks) positions.push(position);
  }
  return positions;
}

async function deleteChunks(
  fixture: SnapshotFixture,
  positions: readonly (number | undefined)[],
): Promise<void> {
  for (const position of positions) {
    assert.type(position, 'number');
    await jsm.streams.deleteMessage(`OBJ_${fixture.bucket}`, Number(position));
  }
}

/** Asserts that a starting replica discards the snapshot with `reason` and can write a usable one. */
async function assertDiscarded(fixture: SnapshotFixture, reason: RegExp, at = 5): Promise<void> {
  const { open, imageAt, takeReasons } = fixture;
  const restarted = await open();
  assert.is(await restarted.load(Infinity), undefined);
  const reasons = takeReasons();
  assert.is(reasons.length, 1, reasons.join());
  assert.match(reasons[0] ?? '', /snapshot at position \d+: /);
  assert.match(reasons[0] ?? '', reason);
  // Node.js reports an unhandled rejection in a later turn of the event loop.
  await sleep(1);
  assert.equal(unhandled.splice(0), []);

  // A usable snapshot at the same position would make save() skip this one.
  const image = await imageAt(at);
  assert.is(await restarted.save(image, 3), 'written');
  assert.equal(
    (await restarted.list()).map(({ position }) => position),
    [at],
  );
  const next = await open();
  assert.equal(toPlainImage(await next.load(Infinity)), toPlainImage(image));
  assert.is(await next.save(await imageAt(at + 1), 3), 'skipped');
  assert.equal(takeReasons(), []);
}

const corrupt = suite('a corrupt snapshot');

corrupt('with additional bytes is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot();
  nc.publish(object.chunks, '{"rejectedPositions":[8]}\n');
  await nc.flush();
  await assertDiscarded(fixture, /./);
});
corrupt('whose bytes do not match the digest is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot();
  await fixture.rewriteInfo(object, { digest: `SHA-256=${Buffer.alloc(32).toString('base64')}` });
  await assertDiscarded(fixture, /digest/);
});
corrupt('with invalid JSON in its first chunk is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot(20_000);
  assert.ok((await findChunks(fixture, object)).length >= 4);
  await replaceBytes(nc, fixture, object, (bytes) => `x${bytes}`);
  await assertDiscarded(fixture, /JSON/);
});
corrupt('with an invalid line is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot(20_000);
  await replaceBytes(nc, fixture, object, (bytes) => bytes.replace('\n{', '\nx{'));
  await assertDiscarded(fixture, /JSON/);
});
for (const [defect, metadata] of [
  ['with a position that is not a number', { position: 'x' }],
  ['with position 0', { position: '0' }],
  ['without a time', { time: undefined }],
  ['without the subject of its last message', { subject: undefined }],
] as const) {
  corrupt(`${defect} is discarded and replaced`, async () => {
    const { fixture, object } = await startWithSnapshot();
    await changeMetadata(fixture, object, metadata);
    await expireClaim(fixture);
    const restarted = await fixture.open();
    assert.is(await restarted.load(Infinity), undefined);
    assert.is(await restarted.save(await fixture.imageAt(9), 0), 'written');
    assert.is((await (await fixture.open()).load(Infinity))?.position, 9);
  });
}
corrupt.run();

const truncated = suite('a truncated snapshot');

truncated('that ends after a complete line and has a matching digest is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot();
  await replaceBytes(nc, fixture, object, (bytes) => bytes.slice(0, bytes.lastIndexOf('{')));
  await assertDiscarded(fixture, /incomplete/);
});
truncated('without its last chunk is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot(20_000);
  await deleteChunks(fixture, (await findChunks(fixture, object)).slice(-1));
  await assertDiscarded(fixture, /digest|incomplete|JSON/);
});
truncated('without its first chunk is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot(20_000);
  await deleteChunks(fixture, (await findChunks(fixture, object)).slice(0, 1));
  await assertDiscarded(fixture, /digest|incomplete|JSON/);
});
truncated('without any chunk is discarded and replaced within 5 s', async () => {
  const { fixture, object } = await startWithSnapshot();
  await deleteChunks(fixture, await findChunks(fixture, object));
  const started = performance.now();
  await assertDiscarded(fixture, /no more data/);
  assert.ok(performance.now() - started < 5_000);
});
truncated.run();

const mismatched = suite('a snapshot');

mismatched('ahead of its stream is discarded and replaced', async () => {
  const { fixture, object } = await startWithSnapshot();
  await changeMetadata(fixture, object, { position: '11' });
  await expireClaim(fixture);
  await assertDiscarded(fixture, /ahead of the stream, which ends at 10/);
});
mismatched('of a stream that was deleted and created again is discarded and replaced', async () => {
  const { fixture } = await startWithSnapshot();
  await jsm.streams.delete(fixture.stream);
  await fillStream(nc, jsm, fixture.stream, 10);
  await assertDiscarded(fixture, /another stream/);
});
mismatched('of a stream that was created again and is still shorter is discarded and replaced', async () => {
  const { fixture } = await startWithSnapshot();
  await jsm.streams.delete(fixture.stream);
  await fillStream(nc, jsm, fixture.stream, 4);
  await assertDiscarded(fixture, /another stream/, 4);
});
for (const [property, value] of [
  ['time', '1700000000000'],
  ['nanoseconds', '1000000'],
  ['subject', 'others.events.1'],
  ['messageId', 'another'],
] as const) {
  mismatched(
    `whose last message has another ${property} in the stream is discarded and replaced`,
    async () => {
      const { fixture, object } = await startWithSnapshot();
      await changeMetadata(fixture, object, { [property]: value });
      await assertDiscarded(fixture, /another message at position 5/);
    },
  );
}
mismatched('whose last message was deleted from the stream is discarded and replaced', async () => {
  const { fixture } = await startWithSnapshot();
  await jsm.streams.deleteMessage(fixture.stream, 5);
  await assertDiscarded(fixture, /no message at position 5/, 6);
});
mismatched('is not written if the stream holds another message at its position', async () => {
  const fixture = await createSnapshotFixture(nc, jsm);
  const image = await fixture.imageAt(5);
  const other = await fixture.imageAt(6);
  assert.ok(image.lastMessage !== undefined && other.lastMessage !== undefined);
  const snapshots = await fixture.open();
  const lastMessage = { ...other.lastMessage, position: 5 };
  assert.is(await snapshots.save({ ...image, lastMessage }, 0), 'skipped');
  assert.equal(fixture.takeReplacements(), [`stream ${fixture.stream} has another message at position 5`]);
  assert.equal(await snapshots.list(), []);
  assert.is(await snapshots.save(image, 0), 'written');
});
mismatched('is not written if its last message was deleted from the stream', async () => {
  const fixture = await createSnapshotFixture(nc, jsm);
  const image = await fixture.imageAt(5);
  await jsm.streams.deleteMessage(fixture.stream, 5);
  assert.is(await (await fixture.open()).save(image, 0), 'skipped');
  assert.equal(fixture.takeReplacements(), []);
});
mismatched.run();

const several = suite('among several snapshots');

several('the latest usable one is loaded, and the unusable one is replaced first', async () => {
  const fixture = await createSnapshotFixture(nc, jsm);
  const { open, imageAt, objects, takeReasons } = fixture;
  const snapshots = await open();
  let latest: StoredObject | undefined;
  for (const position of [1, 3, 5]) {
    const before = new Set((await objects()).map(({ name }) => name));
    await snapshots.save(await imageAt(position), 0);
    latest = (await objects()).find(({ name }) => !before.has(name) && !name.endsWith('.claim'));
  }
  assert.ok(latest !== undefined);
  await replaceBytes(nc, fixture, latest, () => 'nonsense');

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

const missingBucket = suite('without a bucket');

missingBucket('load() returns undefined and reports the reason, and save() rejects', async () => {
  const reasons: string[] = [];
  const { stream, imageAt } = await createSnapshotFixture(nc, jsm);
  const snapshots = await openSnapshots<Thing>({
    nc,
    jsm,
    name: 'nothing',
    stream,
    initial: undefined,
    foldVersion: 'a fold',
    onUnusable: (reason) => reasons.push(reason),
  });
  assert.is(await snapshots.load(Infinity), undefined);
  assert.is(reasons.length, 1);
  assert.match(reasons[0] ?? '', /nothing-snapshots/);
  const image = await imageAt(5);
  const failure: unknown = await snapshots.save(image, 0).catch((error: unknown) => error);
  assert.instance(failure, Error);
});
missingBucket.after(async () => {
  await nc.close();
  await broker.close();
});
missingBucket.run();
