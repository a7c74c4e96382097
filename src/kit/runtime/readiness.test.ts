import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReadiness } from './readiness.ts';

/** Creates a readiness check with a simulated clock. */
function start() {
  let time = 1_000;
  const readiness = createReadiness({ graceMs: 60_000, settleMs: 5_000 }, () => time);
  return {
    ...readiness,
    advance: (milliseconds: number) => (time += milliseconds),
    isReady: () => readiness.notReadyReason() === undefined,
  };
}

const test = suite('a replica');

test('is ready while its streams are read without interruption', () => {
  const { advance, isReady } = start();
  assert.ok(isReady());
  advance(1e9);
  assert.ok(isReady());
});
test('is ready during an outage until the grace period ends', () => {
  const { onInterrupted, advance, isReady, notReadyReason } = start();
  onInterrupted('LAPTOPS');
  assert.ok(isReady());
  advance(59_999);
  assert.ok(isReady());
  advance(1);
  assert.is(notReadyReason(), 'LAPTOPS not received from NATS for 60 s');
});
test('is ready again once all streams have been read for the settle time', () => {
  const { onInterrupted, onCaughtUp, advance, isReady, notReadyReason } = start();
  onInterrupted('LAPTOPS');
  onInterrupted('PORTS');
  advance(60_000);
  onCaughtUp('LAPTOPS');
  advance(5_000);
  assert.match(notReadyReason() ?? '', /PORTS not received/);
  onCaughtUp('PORTS');
  advance(4_999);
  assert.is(notReadyReason(), 'NATS is available again, but not for long enough');
  advance(1);
  assert.ok(isReady());
});
test('has a single grace period while its connection is unstable', () => {
  const { onInterrupted, onCaughtUp, advance, isReady } = start();
  for (let attempt = 0; attempt < 10; attempt += 1) {
    assert.ok(isReady());
    onInterrupted('LAPTOPS');
    advance(2_000);
    onCaughtUp('LAPTOPS');
    advance(4_000);
  }
  assert.not(isReady());
  onInterrupted('LAPTOPS');
  onCaughtUp('LAPTOPS');
  assert.not(isReady());
  advance(5_000);
  assert.ok(isReady());
});
test('has a new grace period after the settle time, even if readiness was not checked in between', () => {
  const { onInterrupted, onCaughtUp, advance, isReady } = start();
  onInterrupted('LAPTOPS');
  advance(59_000);
  onCaughtUp('LAPTOPS');
  advance(5_000);
  onInterrupted('LAPTOPS');
  advance(59_000);
  assert.ok(isReady());
  advance(1_000);
  assert.not(isReady());
});
test('is in the same outage if a stream is interrupted while another one recovers', () => {
  const { onInterrupted, onCaughtUp, advance, isReady } = start();
  onInterrupted('LAPTOPS');
  advance(30_000);
  onInterrupted('LAPTOPS');
  onCaughtUp('PORTS');
  advance(30_000);
  assert.not(isReady());
});
test.run();
