/** Concurrent writers of one entity, on three servers and through three replicas. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raceForOneId, raceExpectedVersion } from '../support/faults/races.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('concurrent writers of one entity');

test('get one 201 and 199 times 409 when 200 of them add the same id', async () => {
  const result = await runScenario(raceForOneId, { rounds: 3, seed: 1 });
  assert.equal(result.complaints, []);
  assert.is(result.acknowledged, 3);
});

test('cannot append between the version check and the append of another writer', async () => {
  const result = await runScenario(raceExpectedVersion, { rounds: 500, seed: 1 });
  assert.equal(result.complaints, []);
  // Each kind of writer must win at least once, otherwise the test proves nothing.
  assert.ok(result.acknowledged > 0 && result.acknowledged < 2 * 500, `${result.acknowledged} won`);
});

test.run();
