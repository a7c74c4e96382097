import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { killBroker, killService } from '../support/faults/kills.ts';
import { runScenario, type Scenario } from '../support/faults/scenario.ts';

const test = suite('write load');

async function kill(name: string, scenario: Scenario, rounds: number) {
  const result = await runScenario(scenario, { rounds, seed: 1 });
  const { acknowledged, longestRecoveryMs, complaints } = result;
  process.stdout.write(
    `${name}, ${rounds} rounds: ${acknowledged} writes, recovery ≤ ${Math.round(longestRecoveryMs)} ms\n`,
  );
  assert.equal(complaints, []);
  assert.equal([result.lost, result.duplicated, result.diverged], [0, 0, 0]);
  assert.ok(acknowledged >= rounds * 20);
  assert.ok(longestRecoveryMs > 0 && longestRecoveryMs < 30_000);
}

test('loses and duplicates no acknowledged write when the service is killed', () =>
  kill('service killed', killService, 4));

test('loses and duplicates no acknowledged write when the only broker is killed', () =>
  kill('broker killed', killBroker, 4));

test.run();
