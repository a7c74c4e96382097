import { z } from 'zod';

const Normalized = z.iso.datetime({ offset: true });

/**
 * Parses a time with a UTC offset (RFC 3339) and returns ms since the epoch; undefined if it is not one. `t` and `z` may be in
 * lower case, and a leap second (the second 60 at the end of a month, UTC) is the beginning of the next second. A space instead of the
 * plus sign of the offset is what a `+` in a query means if it is not escaped.
 */
export function parseTime(text: string): number | undefined {
  const time = text.toUpperCase().replace(/ (?=\d\d:\d\d$)/, '+');
  const isLeapSecond = /^.{10}T\d\d:\d\d:60/.test(time);
  const parsed = Normalized.safeParse(isLeapSecond ? time.replace(':60', ':59') : time);
  if (!parsed.success) return undefined;
  const milliseconds = Date.parse(parsed.data);
  if (!isLeapSecond) return milliseconds;
  const next = new Date(milliseconds + 1000);
  return next.toISOString().includes('-01T00:00:00.') ? next.getTime() : undefined;
}
