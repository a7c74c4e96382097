import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freezeBroker } from '../support/faults/interruptions.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('a broker that is frozen for 20 s');

test('reads are served from memory, writes get 503 within 20 s, and replicas catch up within 10 s', async () => {
  const result = await runScenario(freezeBroker, { rounds: 1, seed: 1 });
  const { acknowledged, longestRecoveryMs, complaints } = result;
  process.stdout.write(`${acknowledged} writes, recovery ${Math.round(longestRecoveryMs)} ms\n`);
  assert.equal(complaints, []);
  assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
  assert.ok(longestRecoveryMs < 10_000, `${longestRecoveryMs} ms`);
});

test.run();
