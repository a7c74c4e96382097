import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createListeners } from './listeners.ts';

const test = suite('listeners');

test('are called on every occurrence until they are removed', () => {
  const listeners = createListeners();
  const calls: string[] = [];
  const remove = listeners.add(() => calls.push('first'));
  listeners.add(() => calls.push('second'));
  listeners.notify();
  remove();
  listeners.notify();
  assert.equal(calls, ['first', 'second', 'second']);
  assert.is(listeners.size, 1);
});
test('do not grow with waits, whether the event occurs or the timeout expires', async () => {
  const listeners = createListeners();
  const waits = Array.from({ length: 10 }, () => listeners.next(60_000));
  assert.is(listeners.size, 10);
  listeners.notify();
  await Promise.all(waits);
  assert.is(listeners.size, 0);
  await Promise.all(Array.from({ length: 10 }, () => listeners.next(1)));
  assert.is(listeners.size, 0);
});
test('leave no timer behind when the event ends a wait', async () => {
  const countTimers = () => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
  const listeners = createListeners();
  const before = countTimers();
  const wait = listeners.next(60_000);
  assert.is(countTimers(), before + 1);
  listeners.notify();
  await wait;
  assert.is(countTimers(), before);
});

test.run();
