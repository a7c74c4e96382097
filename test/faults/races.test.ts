/** Writers that meet: exactly one of them wins, on three servers and through three replicas. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raceForOneId, raceTheGuard } from '../support/faults/races.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('writers that race for one entity');

test('of 200 writers that add one id, one is told 201 and 199 are told 409', async () => {
  const result = await runScenario(raceForOneId, { rounds: 3, seed: 1 });
  assert.equal(result.complaints, []);
  assert.is(result.acknowledged, 3);
});

test('a plain publish never slips in between the version of a guarded append and the append', async () => {
  const result = await runScenario(raceTheGuard, { rounds: 500, seed: 1 });
  assert.equal(result.complaints, []);
  // Both have to win now and then, or nothing was tested.
  assert.ok(result.acknowledged > 0 && result.acknowledged < 2 * 500, `${result.acknowledged} won`);
});

test.run();
