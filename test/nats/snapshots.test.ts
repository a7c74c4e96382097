/** When a snapshot is written, which one is loaded, and what is kept in the bucket. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createSnapshotBench, fillStream, showImage } from '../support/snapshot-bench.ts';

const broker = await startTestBroker();
const [{ connection, jsm }, { connection: other }] = await Promise.all([
  connectForTest(broker),
  connectForTest(broker),
]);
const { nc } = connection;
const bench = (messages = 10) => createSnapshotBench(nc, jsm, { messages });

const seconds = 1_000;
const hours = 3_600 * seconds;
const ago = (milliseconds: number) => ({ mtime: new Date(Date.now() - milliseconds).toISOString() });

const keeping = suite('a snapshot that is saved');

keeping('is loaded as it was', async () => {
  const { open, imageAt, takeReasons } = await bench();
  const image = await imageAt(5);
  assert.is(await (await open()).save(image, 0), 'written');
  assert.equal(showImage(await (await open()).load(10)), showImage(image));
  assert.equal(takeReasons(), []);
});
keeping('is loaded as it was also when it is large', async () => {
  const { open, imageAt, bucket } = await bench();
  const image = await imageAt(5, 20_000);
  await (await open()).save(image, 0);
  const { state } = await jsm.streams.info(`OBJ_${bucket}`);
  assert.ok(state.messages > 5, `${state.messages} messages`);
  assert.equal(showImage(await (await open()).load(10)), showImage(image));
});
keeping('is described by what it was folded from', async () => {
  const { open, imageAt, stream } = await bench();
  const before = Date.now();
  const image = await imageAt(5);
  const snapshots = await open();
  assert.equal(await snapshots.list(), []);
  await snapshots.save(image, 0);
  const [info, ...others] = await snapshots.list();
  assert.equal(others, []);
  assert.ok(info !== undefined);
  const { written, size, ...rest } = info;
  const { created: streamCreated } = await jsm.streams.info(stream);
  assert.equal(rest, { position: 5, time: image.time, streamCreated });
  assert.ok(written >= before && written <= Date.now());
  assert.ok(size > 100 && size < 2_000);
});
keeping('is not there for a position before it: the nearest one is', async () => {
  const { open, imageAt } = await bench();
  const snapshots = await open();
  for (const position of [2, 4, 6]) await snapshots.save(await imageAt(position), 0);
  const loaded = async (upTo: number) => (await snapshots.load(upTo))?.position;
  assert.equal(await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, Infinity].map(loaded)), [
    undefined,
    undefined,
    2,
    2,
    4,
    4,
    6,
    6,
    6,
  ]);
});
keeping('is one of the three newest, and the bucket grows no further', async () => {
  const { open, imageAt, objects, bucket } = await bench(12);
  const snapshots = await open();
  for (let position = 1; position <= 12; position++) {
    assert.is(await snapshots.save(await imageAt(position), 0), 'written');
    const positions = (await snapshots.list()).map((info) => info.position);
    assert.equal(
      positions,
      [position, position - 1, position - 2].filter((kept) => kept > 0),
    );
    const names = (await objects()).map(({ name }) => name);
    assert.is(names.length, positions.length + 1);
    assert.is(names.filter((name) => name.endsWith('.claim')).length, 1);
    // Each snapshot and who writes one have a description, and a small snapshot has one chunk.
    const { state } = await jsm.streams.info(`OBJ_${bucket}`);
    assert.is(state.messages, 2 * positions.length + 1);
  }
});
keeping.run();

const skipping = suite('a snapshot is not written');

skipping('when there is one close enough', async () => {
  const { open, imageAt } = await bench();
  const [one, two] = await Promise.all([open(), open()]);
  assert.is(await one.save(await imageAt(3), 2), 'written');
  for (const position of [1, 3, 4, 5]) assert.is(await two.save(await imageAt(position), 2), 'skipped');
  assert.is(await two.save(await imageAt(6), 2), 'written');
});
skipping('when nothing was read yet', async () => {
  const { open, imageAt, objects } = await bench();
  assert.is(await (await open()).save({ ...(await imageAt(1)), position: 0 }, 0), 'skipped');
  assert.equal(await objects(), []);
});
for (const [what, stagger] of [
  ['at the same moment', () => 0],
  ['a moment later', (round: number) => (round % 10) * 0.7],
] as const) {
  skipping(`when another replica writes one ${what}: of each two or three, exactly one does`, async () => {
    const { open, imageAt, takeReasons } = await bench(25);
    const replicas = await Promise.all([open(), open('a fold', other.nc), open()]);
    for (let round = 1; round <= 25; round++) {
      const image = await imageAt(round);
      const outcomes = await Promise.all(
        replicas.slice(0, 2 + (round % 2)).map(async (replica, index) => {
          const from = performance.now();
          while (performance.now() - from < index * stagger(round)) await nc.flush();
          return replica.save(image, 0);
        }),
      );
      assert.is(outcomes.filter((outcome) => outcome === 'written').length, 1, outcomes.join());
      assert.is((await replicas[1].load(round))?.position, round);
    }
    assert.equal(takeReasons(), []);
  });
}
skipping.run();

const claiming = suite('a replica that said that it writes one and never did');

claiming('is believed for a while, and then no longer', async () => {
  const { open, imageAt, objects, describeAnew } = await bench();
  const snapshots = await open();
  await snapshots.save(await imageAt(2), 0);
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  const claimed = { metadata: { position: '5' } };

  for (const age of [0, 100 * seconds]) {
    await describeAnew(claim, { ...claimed, ...ago(age) });
    assert.is(await snapshots.save(await imageAt(6), 0), 'skipped');
  }
  await describeAnew(claim, { ...claimed, ...ago(130 * seconds) });
  assert.is(await snapshots.save(await imageAt(6), 0), 'written');
  assert.equal(
    (await snapshots.list()).map(({ position }) => position),
    [6, 2],
  );
});
claiming.run();

const renewing = suite('when the stream was made again');

/** Three snapshots of the stream that was there before, all further on than the new one. */
async function startAgain() {
  const made = await bench();
  const snapshots = await made.open();
  for (const position of [8, 9, 10]) await snapshots.save(await made.imageAt(position), 0);
  await jsm.streams.delete(made.stream);
  await fillStream(nc, jsm, made.stream, 5);
  return made;
}

renewing('one replica writes, each time, and what there was is neither listed nor kept', async () => {
  const { open, imageAt } = await startAgain();
  const replicas = await Promise.all([open(), open(), open()]);
  for (const position of [1, 2, 3, 4, 5]) {
    const image = await imageAt(position);
    const outcomes = await Promise.all(replicas.map((replica) => replica.save(image, 0)));
    assert.is(outcomes.filter((outcome) => outcome === 'written').length, 1, `position ${position}`);
    // Whoever skipped looks here for what there is.
    const listed = (await replicas[0].list()).map((info) => info.position);
    assert.equal(
      listed,
      [position, position - 1, position - 2].filter((kept) => kept > 0),
    );
  }
});
renewing('a replica that says that it writes one is believed', async () => {
  const { open, imageAt, objects, describeAnew } = await startAgain();
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  await describeAnew(claim, { metadata: { position: '3' }, ...ago(0) });
  const snapshots = await open();
  assert.is(await snapshots.save(await imageAt(4), 0), 'skipped');
  await describeAnew(claim, { metadata: { position: '3' }, ...ago(130 * seconds) });
  assert.is(await snapshots.save(await imageAt(4), 0), 'written');
});
renewing.run();

const folds = suite('the snapshots of two folds');

folds('are apart from each other', async () => {
  const { open, imageAt } = await bench();
  const [one, two] = await Promise.all([open('one'), open('two')]);
  await one.save(await imageAt(3), 0);
  assert.is(await two.load(Infinity), undefined);
  assert.equal(await two.list(), []);
  assert.is(await two.save(await imageAt(2), 5), 'skipped');
  assert.is(await two.save(await imageAt(2), 0), 'written');
  assert.is((await one.load(Infinity))?.position, 3);
  assert.is((await two.load(Infinity))?.position, 2);
});
folds('share a bucket for a day, then those that nobody writes any more are removed', async () => {
  const { open, imageAt, objects, describeAnew, bucket } = await bench();
  const [old, recent, current] = await Promise.all([open('old'), open('recent'), open('current')]);
  for (const position of [1, 2]) await old.save(await imageAt(position), 0);
  for (const object of await objects()) await describeAnew(object, ago(25 * hours));
  const oldNames = (await objects()).map(({ name }) => name);
  assert.is(oldNames.length, 3);
  await recent.save(await imageAt(3), 0);
  for (const object of await objects())
    if (!oldNames.includes(object.name)) await describeAnew(object, ago(23 * hours));
  assert.is((await objects()).length, 2);

  await current.save(await imageAt(4), 0);
  assert.is(await old.load(Infinity), undefined);
  assert.is((await recent.load(Infinity))?.position, 3);
  assert.is((await current.load(Infinity))?.position, 4);
  assert.is((await objects()).length, 4);
  // Of what was removed, only the marks are left.
  const { state } = await jsm.streams.info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.C.>` });
  assert.is(Object.keys(state.subjects ?? {}).length, 2);
});
folds('its own are never removed, however old they are', async () => {
  const { open, imageAt, objects, describeAnew } = await bench();
  const snapshots = await open();
  await snapshots.save(await imageAt(1), 0);
  for (const object of await objects()) await describeAnew(object, ago(1000 * hours));
  await snapshots.save(await imageAt(2), 0);
  assert.equal(
    (await snapshots.list()).map(({ position }) => position),
    [2, 1],
  );
});
folds.after(async () => {
  await Promise.all([nc.close(), other.nc.close()]);
  await broker.close();
});
folds.run();
