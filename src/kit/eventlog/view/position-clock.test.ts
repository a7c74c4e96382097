import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPositionClock } from './position-clock.ts';

/** Longer than any test, so that a wait can only be resolved by the position. */
const longMs = 60_000;

const advancing = suite('a position clock');

advancing('starts at 0 or at the given position', () => {
  assert.is(createPositionClock().position, 0);
  assert.is(createPositionClock(12).position, 12);
});
advancing('ignores an earlier position', () => {
  const clock = createPositionClock();
  clock.advance(5);
  clock.advance(3);
  assert.is(clock.position, 5);
  clock.advance(5);
  assert.is(clock.position, 5);
});
advancing.run();

const waiting = suite('a wait for a position');

waiting('resolves immediately if the position has been applied', async () => {
  const clock = createPositionClock(5);
  assert.is(await clock.reached(5, 0), true);
  assert.is(await clock.reached(0, 0), true);
});
waiting('resolves when the position is applied', async () => {
  const clock = createPositionClock();
  const reached = clock.reached(2, longMs);
  clock.advance(2);
  assert.is(await reached, true);
});
waiting('resolves when a later position is applied, because a stream can have gaps', async () => {
  const clock = createPositionClock();
  const reached = clock.reached(2, longMs);
  clock.advance(9);
  assert.is(await reached, true);
});
waiting('does not resolve before the position is applied', async () => {
  const clock = createPositionClock();
  const resolved: number[] = [];
  const waits = [3, 1, 2].map(async (position) => {
    await clock.reached(position, longMs);
    resolved.push(position);
  });
  clock.advance(1);
  await waits[1];
  assert.equal(resolved, [1]);
  clock.advance(2);
  await waits[2];
  assert.equal(resolved, [1, 2]);
  clock.advance(3);
  await waits[0];
  assert.equal(resolved, [1, 2, 3]);
});
waiting('resolves together with other waits for the same position', async () => {
  const clock = createPositionClock();
  const waits = Promise.all(Array.from({ length: 100 }, () => clock.reached(4, longMs)));
  clock.advance(4);
  assert.equal(new Set(await waits), new Set([true]));
});
waiting('can start in the continuation of another wait', async () => {
  const clock = createPositionClock();
  const chained = clock.reached(1, longMs).then(() => clock.reached(2, longMs));
  clock.advance(1);
  clock.advance(2);
  assert.is(await chained, true);
});
waiting.run();

const timeouts = suite('a wait that times out');

timeouts('resolves with false', async () => {
  const clock = createPositionClock();
  assert.is(await clock.reached(1, 0), false);
});
timeouts('does not affect other waits for the same position', async () => {
  const clock = createPositionClock();
  const others = [clock.reached(1, longMs), clock.reached(2, longMs)];
  assert.is(await clock.reached(1, 1), false);
  clock.advance(1);
  assert.is(await others[0], true);
  clock.advance(2);
  assert.is(await others[1], true);
});
timeouts('does not affect waits for a later position', async () => {
  const clock = createPositionClock();
  const other = clock.reached(2, longMs);
  assert.is(await clock.reached(1, 1), false);
  clock.advance(2);
  assert.is(await other, true);
});
timeouts('has a timer that is cleared if the wait is resolved earlier', async () => {
  const clock = createPositionClock();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const reached = clock.reached(1, longMs);
  assert.is(timers(), before + 1);
  clock.advance(1);
  await reached;
  assert.is(timers(), before);
});
timeouts.run();
