/** Ctrl-C during an import whose broker does not respond. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { eventually } from '../support/eventually.ts';
import { createTestFiles, startImport } from '../support/scripts/import.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const files = createTestFiles();
/** Time limit for retries in seconds. An interrupted import has to end long before. */
const giveUpAfter = 60;

/** Starts an import and resolves when it has stored the first events. */
async function start(first: number) {
  const lines = Array.from({ length: 50_000 }, (_, index) => `${first + index},Lenovo,S${index}`);
  const file = files.write(`from-${first}.csv`, ['id,title,model', ...lines, ''].join('\n'));
  const started = startImport(broker.url, ['--give-up-after', String(giveUpAfter), file]);
  // Not the length of the stream: the broker may store further rows of an earlier import after it was unfrozen.
  const last_by_subj = `laptops.events.${first + 100}`;
  await eventually(async () =>
    assert.is.not(await jsm.streams.getMessage('LAPTOPS', { last_by_subj }), null),
  );
  return started;
}

const test = suite('an import whose broker does not respond');

test('ends at once on the second SIGINT', async () => {
  const { child, ended } = await start(10_001);
  await freeze(broker.pid);
  try {
    const since = performance.now();
    child.kill('SIGINT');
    // A second signal within half a second is taken for the same Ctrl-C, which npm forwards.
    await eventually(() => {
      if (child.exitCode === null) child.kill('SIGINT');
      assert.is(child.exitCode, 130);
    }, 60_000);
    assert.ok(performance.now() - since < (giveUpAfter * 1000) / 6, 'it waited for an acknowledgement');
    await ended;
  } finally {
    unfreeze(broker.pid);
  }
});
test('ends on SIGINT after the broker was killed, and reports the rows that were not stored', async () => {
  const { child, ended } = await start(20_001);
  await broker.kill();
  const since = performance.now();
  child.kill('SIGINT');
  const { code, stdout, stderr } = await ended;
  // It waits for one acknowledgement at most, for a sixth of the time limit.
  assert.ok(performance.now() - since < giveUpAfter * 750, 'it went on to retry');
  assert.is(code, 130);
  assert.match(stderr, /^interrupted: reading stopped after/m);
  assert.match(stdout, /^laptops: \d+ added/m);
});
test.after(async () => {
  await connection.nc.close();
  await broker.close();
  files.close();
});
test.run();
