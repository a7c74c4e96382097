import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterruption } from './interruption.ts';

const countListeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');

const test = suite('an interruption');

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`by ${signal} stops the import and exits with ${code}`, () => {
    const interruption = createInterruption();
    assert.is(interruption.exitCode, undefined);
    process.emit(signal, signal);
    assert.is(interruption.signal.aborted, true);
    assert.is(interruption.exitCode, code);
    interruption.close();
  });
}
test('exits with the code of the first signal', () => {
  const interruption = createInterruption();
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGINT', 'SIGINT');
  assert.is(interruption.exitCode, 143);
  interruption.close();
});
test('stops the import without an exit code if the broker remains unavailable', () => {
  const interruption = createInterruption();
  interruption.giveUp();
  assert.is(interruption.signal.aborted, true);
  assert.is(interruption.exitCode, undefined);
  interruption.close();
});
test('restores the default handling of signals when it is closed', () => {
  const before = countListeners();
  const interruption = createInterruption();
  assert.is(countListeners(), before + 2);
  interruption.close();
  assert.is(countListeners(), before);
});
test.run();
