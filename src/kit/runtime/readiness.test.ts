/** The grace period and the settling, on a clock of the test's own. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReadiness } from './readiness.ts';

function start() {
  let time = 1_000;
  const readiness = createReadiness({ graceMs: 60_000, settleMs: 5_000 }, () => time);
  return {
    ...readiness,
    pass: (milliseconds: number) => (time += milliseconds),
    isReady: () => readiness.whyNot() === undefined,
  };
}

const test = suite('a replica may get traffic');

test('as long as its streams come', () => {
  const { pass, isReady } = start();
  assert.ok(isReady());
  pass(1e9);
  assert.ok(isReady());
});
test('without NATS for the grace period, and not after it', () => {
  const { onBroken, pass, isReady, whyNot } = start();
  onBroken('LAPTOPS');
  assert.ok(isReady());
  pass(59_999);
  assert.ok(isReady());
  pass(1);
  assert.is(whyNot(), 'LAPTOPS not received from NATS for 60 s');
});
test('again when all streams have come for as long as it takes to settle', () => {
  const { onBroken, onMended, pass, isReady, whyNot } = start();
  onBroken('LAPTOPS');
  onBroken('PORTS');
  pass(60_000);
  onMended('LAPTOPS');
  pass(5_000);
  assert.match(whyNot() ?? '', /PORTS not received/);
  onMended('PORTS');
  pass(4_999);
  assert.is(whyNot(), 'NATS is available again, but not for long enough');
  pass(1);
  assert.ok(isReady());
});
test('with a connection that flaps: the grace period is given once', () => {
  const { onBroken, onMended, pass, isReady } = start();
  for (let flaps = 0; flaps < 10; flaps += 1) {
    assert.ok(isReady());
    onBroken('LAPTOPS');
    pass(2_000);
    onMended('LAPTOPS');
    pass(4_000);
  }
  assert.not(isReady());
  onBroken('LAPTOPS');
  onMended('LAPTOPS');
  assert.not(isReady());
  pass(5_000);
  assert.ok(isReady());
});
test('and an outage that is over leaves the whole grace period to the next one, whether or not anyone asked', () => {
  const { onBroken, onMended, pass, isReady } = start();
  onBroken('LAPTOPS');
  pass(59_000);
  onMended('LAPTOPS');
  pass(5_000);
  onBroken('LAPTOPS');
  pass(59_000);
  assert.ok(isReady());
  pass(1_000);
  assert.not(isReady());
});
test('a stream that breaks off while the last one mends is the same outage', () => {
  const { onBroken, onMended, pass, isReady } = start();
  onBroken('LAPTOPS');
  pass(30_000);
  onBroken('LAPTOPS');
  onMended('PORTS');
  pass(30_000);
  assert.not(isReady());
});
test.run();
