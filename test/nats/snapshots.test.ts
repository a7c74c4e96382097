import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createSnapshotFixture, fillStream, toPlainImage } from '../support/snapshot-fixture.ts';

const broker = await startTestBroker();
const [{ connection, jsm }, { connection: other }] = await Promise.all([
  connectForTest(broker),
  connectForTest(broker),
]);
const { nc } = connection;
const createFixture = (messages = 10) => createSnapshotFixture(nc, jsm, { messages });

const seconds = 1_000;
const hours = 3_600 * seconds;

/** Info of an object that was written `milliseconds` ago, by the broker's clock. */
const ago = (milliseconds: number, position?: string) => ({
  metadata: { written: String(Date.now() - milliseconds), ...(position !== undefined && { position }) },
});

const saved = suite('a saved snapshot');

saved('is loaded unchanged', async () => {
  const { open, imageAt, takeReasons } = await createFixture();
  const image = await imageAt(5);
  assert.is(await (await open()).save(image, 0), 'written');
  assert.equal(toPlainImage(await (await open()).load(10)), toPlainImage(image));
  assert.equal(takeReasons(), []);
});
saved('of several chunks is loaded unchanged', async () => {
  const { open, imageAt, bucket } = await createFixture();
  const image = await imageAt(5, 20_000);
  await (await open()).save(image, 0);
  const { state } = await jsm.streams.info(`OBJ_${bucket}`);
  assert.ok(state.messages > 5, `${state.messages} messages`);
  assert.equal(toPlainImage(await (await open()).load(10)), toPlainImage(image));
});
saved('is listed with its position, times, stream and size', async () => {
  const { open, imageAt, stream } = await createFixture();
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
  assert.equal(rest, { ...image.lastMessage, streamCreated });
  assert.ok(written >= before && written <= Date.now());
  assert.ok(size > 100 && size < 2_000);
});
saved('is returned by load(upTo) if it is the latest one at or before `upTo`', async () => {
  const { open, imageAt } = await createFixture();
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
saved('is deleted once three later ones exist, so that the bucket stops growing', async () => {
  const { open, imageAt, objects, bucket } = await createFixture(12);
  const snapshots = await open();
  for (let position = 1; position <= 12; position++) {
    assert.is(await snapshots.save(await imageAt(position), 0), 'written');
    const positions = (await snapshots.list()).map((info) => info.position);
    assert.equal(
      positions,
      [position, position - 1, position - 2].filter((retained) => retained > 0),
    );
    const names = (await objects()).map(({ name }) => name);
    assert.is(names.length, positions.length + 1);
    assert.is(names.filter((name) => name.endsWith('.claim')).length, 1);
    // One metadata message for each snapshot and for the claim, and one chunk for each small snapshot.
    const { state } = await jsm.streams.info(`OBJ_${bucket}`);
    assert.is(state.messages, 2 * positions.length + 1);
  }
});
saved.run();

const saving = suite('saving a snapshot');

saving('is skipped within the margin of an existing one', async () => {
  const { open, imageAt } = await createFixture();
  const [one, two] = await Promise.all([open(), open()]);
  assert.is(await one.save(await imageAt(3), 2), 'written');
  for (const position of [1, 3, 4, 5]) assert.is(await two.save(await imageAt(position), 2), 'skipped');
  assert.is(await two.save(await imageAt(6), 2), 'written');
});
saving('is skipped at position 0', async () => {
  const { open, imageAt, objects } = await createFixture();
  assert.is(await (await open()).save({ ...(await imageAt(1)), position: 0 }, 0), 'skipped');
  assert.equal(await objects(), []);
});
for (const [timing, stagger] of [
  ['at the same time', () => 0],
  ['within a few milliseconds', (round: number) => (round % 10) * 0.7],
] as const) {
  saving(`succeeds on exactly one of two or three replicas that save ${timing}`, async () => {
    const { open, imageAt, takeReasons } = await createFixture(25);
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
saving.run();

const staleClaim = suite('the claim of a replica that never writes its snapshot');

staleClaim('blocks other writers until it expires after 120 s', async () => {
  const { open, imageAt, objects, rewriteInfo } = await createFixture();
  const snapshots = await open();
  await snapshots.save(await imageAt(2), 0);
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  for (const age of [0, 100 * seconds]) {
    await rewriteInfo(claim, ago(age, '5'));
    assert.is(await snapshots.save(await imageAt(6), 0), 'skipped');
  }
  await rewriteInfo(claim, ago(130 * seconds, '5'));
  assert.is(await snapshots.save(await imageAt(6), 0), 'written');
  assert.equal(
    (await snapshots.list()).map(({ position }) => position),
    [6, 2],
  );
});
staleClaim('expires by the broker’s clock, not by that of the replica that claimed', async () => {
  const { open, imageAt, objects, rewriteInfo } = await createFixture();
  const snapshots = await open();
  await snapshots.save(await imageAt(2), 0);
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  const [past, future] = ['2000-01-01T00:00:00Z', '2999-01-01T00:00:00Z'];
  await rewriteInfo(claim, { mtime: past, ...ago(0, '5') });
  assert.is(await snapshots.save(await imageAt(6), 0), 'skipped');
  await rewriteInfo(claim, { mtime: future, ...ago(130 * seconds, '5') });
  assert.is(await snapshots.save(await imageAt(6), 0), 'written');
});
staleClaim('of an earlier version, which stored no broker time, expires too', async () => {
  const { open, imageAt, objects, rewriteInfo } = await createFixture();
  const snapshots = await open();
  await snapshots.save(await imageAt(2), 0);
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  const mtime = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
  const metadata = { position: '5', written: undefined };
  await rewriteInfo(claim, { mtime: mtime(0), metadata });
  assert.is(await snapshots.save(await imageAt(6), 0), 'skipped');
  await rewriteInfo(claim, { mtime: mtime(130 * seconds), metadata });
  assert.is(await snapshots.save(await imageAt(6), 0), 'written');
});
staleClaim.run();

const recreated = suite('after the stream was created again');

/** Saves three snapshots of a stream and creates it again, shorter than any of them. */
async function recreateStream() {
  const fixture = await createFixture();
  const snapshots = await fixture.open();
  for (const position of [8, 9, 10]) await snapshots.save(await fixture.imageAt(position), 0);
  await jsm.streams.delete(fixture.stream);
  await fillStream(nc, jsm, fixture.stream, 5);
  return fixture;
}

recreated(
  'exactly one replica writes each snapshot, and the old ones are neither listed nor retained',
  async () => {
    const { open, imageAt } = await recreateStream();
    const replicas = await Promise.all([open(), open(), open()]);
    for (const position of [1, 2, 3, 4, 5]) {
      const image = await imageAt(position);
      const outcomes = await Promise.all(replicas.map((replica) => replica.save(image, 0)));
      assert.is(outcomes.filter((outcome) => outcome === 'written').length, 1, `position ${position}`);
      // A replica that skipped its own snapshot lists the one that another replica wrote.
      const listed = (await replicas[0].list()).map((info) => info.position);
      assert.equal(
        listed,
        [position, position - 1, position - 2].filter((retained) => retained > 0),
      );
    }
  },
);
recreated('the claim of another replica is respected until it expires', async () => {
  const { open, imageAt, objects, rewriteInfo } = await recreateStream();
  const claim = (await objects()).find(({ name }) => name.endsWith('.claim'));
  assert.ok(claim !== undefined);
  await rewriteInfo(claim, ago(0, '3'));
  const snapshots = await open();
  assert.is(await snapshots.save(await imageAt(4), 0), 'skipped');
  await rewriteInfo(claim, ago(130 * seconds, '3'));
  assert.is(await snapshots.save(await imageAt(4), 0), 'written');
});
recreated.run();

const folds = suite('snapshots of different folds');

folds('are independent', async () => {
  const { open, imageAt } = await createFixture();
  const [one, two] = await Promise.all([open('one'), open('two')]);
  await one.save(await imageAt(3), 0);
  assert.is(await two.load(Infinity), undefined);
  assert.equal(await two.list(), []);
  assert.is(await two.save(await imageAt(2), 5), 'skipped');
  assert.is(await two.save(await imageAt(2), 0), 'written');
  assert.is((await one.load(Infinity))?.position, 3);
  assert.is((await two.load(Infinity))?.position, 2);
});
folds('share a bucket, and those older than 24 h are removed when another fold saves one', async () => {
  const { open, imageAt, objects, rewriteInfo, bucket } = await createFixture();
  const [old, recent, current] = await Promise.all([open('old'), open('recent'), open('current')]);
  for (const position of [1, 2]) await old.save(await imageAt(position), 0);
  for (const object of await objects()) await rewriteInfo(object, ago(25 * hours));
  const oldNames = (await objects()).map(({ name }) => name);
  assert.is(oldNames.length, 3);
  await recent.save(await imageAt(3), 0);
  for (const object of await objects())
    if (!oldNames.includes(object.name)) await rewriteInfo(object, ago(23 * hours));
  assert.is((await objects()).length, 2);

  await current.save(await imageAt(4), 0);
  assert.is(await old.load(Infinity), undefined);
  assert.is((await recent.load(Infinity))?.position, 3);
  assert.is((await current.load(Infinity))?.position, 4);
  assert.is((await objects()).length, 4);
  // Only the deletion markers of the removed objects remain.
  const { state } = await jsm.streams.info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.C.>` });
  assert.is(Object.keys(state.subjects ?? {}).length, 2);
});
folds('are never removed by their own fold, regardless of age', async () => {
  const { open, imageAt, objects, rewriteInfo } = await createFixture();
  const snapshots = await open();
  await snapshots.save(await imageAt(1), 0);
  for (const object of await objects()) await rewriteInfo(object, ago(1000 * hours));
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
