import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatSeenEvent, parseSeenEvent, seenEventPattern } from './seen-event.ts';

const test = suite('the header of an event that was seen');

test('has the position and the time of the event', () => {
  const seen = { position: 12, time: Date.UTC(2026, 0, 31, 12) };
  assert.is(formatSeenEvent(seen), '12=2026-01-31T12:00:00.000Z');
  assert.match(formatSeenEvent(seen), seenEventPattern);
  assert.equal(parseSeenEvent(formatSeenEvent(seen)), seen);
});
test('may have a time in lower case (RFC 3339)', () => {
  const text = '12=2026-01-31t12:00:00.000z';
  assert.match(text, seenEventPattern);
  assert.equal(parseSeenEvent(text), { position: 12, time: Date.UTC(2026, 0, 31, 12) });
});
test('has nothing else', () => {
  for (const text of ['x12=2026-01-31T12:00:00.000Z', '12=2026-01-31T12:00:00.000Zx', '12', ''])
    assert.not.match(text, seenEventPattern);
});
test.run();
