/** An import that is killed or stopped, or whose broker becomes unreachable. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTestFiles, readEvents, startImport } from '../support/scripts/import.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const files = createTestFiles();

const rows = 1500;

/** Writes a file of laptops with ids from `first`, each with one port, so that each row produces two events. */
function writeLaptops(first: number): string {
  const lines = Array.from({ length: rows }, (_, index) => `${first + index},Lenovo,S${index},1`);
  return files.write(`from-${first}.csv`, ['id,title,model,ports', ...lines, ''].join('\n'));
}

/** Waits until the import has stored more than 100 events, long before it has stored all of them. */
async function awaitFirstEvents(before: number): Promise<void> {
  await eventually(async () => assert.ok((await lastPosition()) > before + 100));
}

const lastPosition = async () => (await jsm.streams.info('LAPTOPS')).state.last_seq;

/** Asserts that each laptop was added exactly once and then had its port fitted exactly once. */
async function assertAllOnce(first: number): Promise<void> {
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  for (let index = 0; index < rows; index++) {
    assert.equal(events.get(`laptops.events.${first + index}`), [
      { type: 'LaptopAdded', title: 'Lenovo', model: `S${index}` },
      { type: 'PortFitted', portId: 1 },
    ]);
  }
}

const addedIn = (stdout: string) => Number(/^laptops: (\d+) added/m.exec(stdout)?.[1]);

const interrupted = suite('an interrupted import');

interrupted('stores every row exactly once if it is killed and run again', async () => {
  const before = await lastPosition();
  const file = writeLaptops(10_001);
  const { child, ended } = startImport(broker.url, [file]);
  await awaitFirstEvents(before);
  child.kill('SIGKILL');
  assert.is((await ended).code, null);
  assert.ok((await lastPosition()) < before + 2 * rows, 'the import finished before it was killed');

  const { code, stdout } = await startImport(broker.url, [file]).ended;
  assert.is(code, 0);
  assert.ok(addedIn(stdout) > 0 && addedIn(stdout) < rows, stdout);
  await assertAllOnce(10_001);
});

interrupted('stops reading on SIGINT, and completes and counts the rows in flight', async () => {
  const before = await lastPosition();
  const file = writeLaptops(20_001);
  const { child, ended } = startImport(broker.url, ['--concurrency', '100', file]);
  await awaitFirstEvents(before);
  child.kill('SIGINT');
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  assert.is(code, 130);
  assert.match(stderr, /^interrupted: reading stopped after .*from-20001\.csv:\d+\./m);
  assert.ok(addedIn(stdout) < rows);
  assert.is((await lastPosition()) - before, 2 * addedIn(stdout));
});

interrupted('stores every row exactly once if the broker is killed and restarted', async () => {
  const before = await lastPosition();
  const { ended } = startImport(broker.url, ['--give-up-after', '6', writeLaptops(30_001)]);
  await awaitFirstEvents(before);
  await broker.kill();
  await broker.restart();
  const { code, stdout, stderr } = await ended;
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, new RegExp(`^laptops: ${rows} added, 0 already there, 0 differ, 0 invalid$`, 'm'));
  await eventually(() => assert.ok(connection.isUp));
  await assertAllOnce(30_001);
});

interrupted('fails if the broker stays unreachable, and reports the rows that were not stored', async () => {
  const before = await lastPosition();
  const { ended } = startImport(broker.url, ['--give-up-after', '1', writeLaptops(40_001)]);
  await awaitFirstEvents(before);
  await broker.kill();
  const { code, stdout, stderr } = await ended;
  assert.is(code, 1);
  assert.match(stderr, /from-40001\.csv:\d+: not stored: The broker did not/);
  assert.match(
    stderr,
    /^the broker is unavailable: reading stopped after .*Run the import again to continue/m,
  );
  assert.match(stdout, /^laptops: \d+ added, 0 already there, 0 differ, 0 invalid, \d+ failed$/m);
});

interrupted.after(async () => {
  await connection.nc.close();
  await broker.close();
  files.close();
});

interrupted.run();
