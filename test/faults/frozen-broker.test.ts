/** A broker that stands still for 20 s: reads go on from memory, writes are refused in time, and then all is caught up. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freezeBroker } from '../support/faults/interruptions.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('a broker that is frozen for 20 s');

test('reads are answered, writes get 503 within 20 s, and a few seconds later nothing is missing', async () => {
  const result = await runScenario(freezeBroker, { rounds: 1, seed: 1 });
  const { acknowledged, longestRecoveryMs, complaints } = result;
  process.stdout.write(`${acknowledged} writes, recovery ${Math.round(longestRecoveryMs)} ms\n`);
  assert.equal(complaints, []);
  assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
  assert.ok(longestRecoveryMs < 10_000, `${longestRecoveryMs} ms`);
});

test.run();
