import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killLeader } from '../support/faults/kills.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('write load on a replicated stream');

test('loses and duplicates no acknowledged write when the stream leader is killed', async () => {
  const rounds = 3;
  const result = await runScenario(killLeader, { rounds, seed: 1 });
  const { acknowledged, longestRecoveryMs, complaints } = result;
  process.stdout.write(
    `leader killed, ${rounds} rounds: ${acknowledged} writes, recovery ≤ ${Math.round(longestRecoveryMs)} ms\n`,
  );
  assert.equal(complaints, []);
  assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
  assert.ok(acknowledged >= rounds * 20);
  assert.ok(longestRecoveryMs > 0 && longestRecoveryMs < 45_000);
});

test.run();
