/**
 * JetStream does not validate messages. A message published on an event subject must not stop a replica, make replicas diverge, or
 * increase their memory use.
 */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hostileMessages, sendHostileMessages } from '../support/faults/hostile-publisher.ts';
import { runScenario } from '../support/faults/scenario.ts';

const test = suite('hostile messages on the event subjects');

test('three replicas reject the same 10,000 messages for the same reasons, stay healthy, and apply the events in between', async () => {
  const result = await runScenario(sendHostileMessages, {
    rounds: 1,
    seed: 1,
    report: (line) => process.stdout.write(`${line}\n`),
  });
  assert.equal(result.complaints, []);
  assert.is(hostileMessages, 10_000);
});

test.run();
