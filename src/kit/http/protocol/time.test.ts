import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTime } from './time.ts';

const times = suite('parseTime');

times('accepts upper and lower case, fractions and offsets (RFC 3339)', () => {
  const noon = Date.UTC(2026, 0, 31, 12);
  for (const text of [
    '2026-01-31T12:00:00Z',
    '2026-01-31t12:00:00z',
    '2026-01-31T12:00:00z',
    '2026-01-31t12:00:00.000Z',
    '2026-01-31T13:00:00+01:00',
    '2026-01-31T13:00:00 01:00',
    '2026-01-31t04:00:00-08:00',
    '2026-01-31T12:00:00-00:00',
  ])
    assert.is(parseTime(text), noon, text);
  assert.is(parseTime('2026-01-31T12:00:00.1234567z'), noon + 123);
});
times('accepts a leap second as the beginning of the next second', () => {
  const next = Date.UTC(2017, 0, 1);
  for (const text of ['2016-12-31T23:59:60Z', '2016-12-31t15:59:60-08:00', '2017-01-01T00:59:60+01:00'])
    assert.is(parseTime(text), next, text);
  assert.is(parseTime('1990-12-31T23:59:60.5z'), Date.UTC(1991, 0, 1) + 500);
});
times('returns undefined for anything else', () => {
  for (const text of [
    '',
    '12',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:60Z',
    '2026-01-30T23:59:60Z',
    '2026-02-30T12:00:00Z',
    '2026-13-01T12:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:00:00+1:00',
    '2026-01-31T12:60:00Z',
    '2026-01-31_12:00:00Z',
    'x2026-01-31T12:00:00Z',
  ])
    assert.is(parseTime(text), undefined, text);
});
times.run();
