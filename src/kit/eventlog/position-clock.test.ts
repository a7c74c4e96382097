import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPositionClock } from './position-clock.ts';

/** Longer than any test: a wait with it ends because of the position, or not at all. */
const longMs = 60_000;

const advancing = suite('the clock moves on');

advancing('from 0, or from where it is told to begin', () => {
  assert.is(createPositionClock().position, 0);
  assert.is(createPositionClock(12).position, 12);
});
advancing('and never back', () => {
  const clock = createPositionClock();
  clock.advance(5);
  clock.advance(3);
  clock.advance(5);
  assert.is(clock.position, 5);
});
advancing.run();

const waiting = suite('whoever waits for a position is woken when it is applied');

waiting('at once when it is applied already', async () => {
  const clock = createPositionClock(5);
  assert.is(await clock.reached(5, 0), true);
  assert.is(await clock.reached(0, 0), true);
});
waiting('when exactly that position comes', async () => {
  const clock = createPositionClock();
  const reached = clock.reached(2, longMs);
  clock.advance(2);
  assert.is(await reached, true);
});
waiting('when a position beyond it comes: the stream may have gaps', async () => {
  const clock = createPositionClock();
  const reached = clock.reached(2, longMs);
  clock.advance(9);
  assert.is(await reached, true);
});
waiting('and not before', async () => {
  const clock = createPositionClock();
  const woken: number[] = [];
  const waits = [3, 1, 2].map(async (position) => {
    await clock.reached(position, longMs);
    woken.push(position);
  });
  clock.advance(1);
  await waits[1];
  assert.equal(woken, [1]);
  clock.advance(2);
  await waits[2];
  assert.equal(woken, [1, 2]);
  clock.advance(3);
  await waits[0];
  assert.equal(woken, [1, 2, 3]);
});
waiting('also many for one position', async () => {
  const clock = createPositionClock();
  const waits = Promise.all(Array.from({ length: 100 }, () => clock.reached(4, longMs)));
  clock.advance(4);
  assert.equal(new Set(await waits), new Set([true]));
});
waiting('also one who begins to wait while others are woken', async () => {
  const clock = createPositionClock();
  const chained = clock.reached(1, longMs).then(() => clock.reached(2, longMs));
  clock.advance(1);
  clock.advance(2);
  assert.is(await chained, true);
});
waiting.run();

const timingOut = suite('a position that does not come in time is not waited for longer');

timingOut('the wait ends with false', async () => {
  const clock = createPositionClock();
  assert.is(await clock.reached(1, 0), false);
});
timingOut('and takes nobody else with it', async () => {
  const clock = createPositionClock();
  const patient = [clock.reached(1, longMs), clock.reached(2, longMs)];
  assert.is(await clock.reached(1, 1), false);
  clock.advance(1);
  assert.is(await patient[0], true);
  clock.advance(2);
  assert.is(await patient[1], true);
});
timingOut('and leaves those who wait for a later one', async () => {
  const clock = createPositionClock();
  const patient = clock.reached(2, longMs);
  assert.is(await clock.reached(1, 1), false);
  clock.advance(2);
  assert.is(await patient, true);
});
timingOut('whoever was woken in time keeps no timer that holds the process', async () => {
  const clock = createPositionClock();
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const reached = clock.reached(1, longMs);
  assert.is(timers(), before + 1);
  clock.advance(1);
  await reached;
  assert.is(timers(), before);
});
timingOut.run();
