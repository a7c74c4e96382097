/** Round times for the axis of a time range, in local time. */

const [millisecond, second, minute, hour, day] = [1, 1_000, 60_000, 3_600_000, 86_400_000];
/** Distances within a day, in ms. */
const steps = [
  ...[1, 5, 10, 50, 100, 500].map((count) => count * millisecond),
  ...[1, 5, 15, 30].map((count) => count * second),
  ...[1, 5, 15, 30].map((count) => count * minute),
  ...[1, 3, 6, 12].map((count) => count * hour),
];
const days = [1, 2, 7, 14];
const months = [1, 2, 3, 6, 12, 24, 60, 120, 600];

/**
 * Returns at most `maxCount` times, or a few more if the range is longer than centuries.
 *
 * @param {number} from ms since the epoch
 * @param {number} to
 * @param {number} maxCount
 * @returns {{ time: number, text: string }[]}
 */
export function ticksOf(from, to, maxCount) {
  const fits = (/** @type {number} */ step) => (to - from) / step <= maxCount;
  const step = steps.find(fits);
  if (step !== undefined) return ticksWithinDays(from, to, step);
  const dayCount = days.find((count) => fits(count * day));
  const date = new Date(from);
  const [year, month, dayOfMonth] = [date.getFullYear(), date.getMonth(), date.getDate()];
  if (dayCount !== undefined) {
    return ticksBy(from, to, (index) => new Date(year, month, dayOfMonth + index * dayCount), {
      day: 'numeric',
      month: 'short',
    });
  }
  const monthCount = months.find((count) => fits(count * 30 * day)) ?? 1_200;
  const first = Math.floor((year * 12 + month) / monthCount) * monthCount;
  /** @type {Intl.DateTimeFormatOptions} */
  const format = { year: 'numeric', ...(monthCount < 12 && { month: 'short' }) };
  return ticksBy(from, to, (index) => new Date(0, first - 1900 * 12 + index * monthCount, 1), format);
}

/** @param {number} from @param {number} to @param {number} step */
function ticksWithinDays(from, to, step) {
  const offset = new Date(from).getTimezoneOffset() * minute;
  const ticks = [];
  for (let time = Math.ceil((from - offset) / step) * step + offset; time <= to; time += step) {
    const date = new Date(time);
    const isMidnight = date.getHours() + date.getMinutes() + date.getSeconds() + date.getMilliseconds() === 0;
    const text = isMidnight
      ? date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
      : date.toLocaleTimeString(undefined, {
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
          ...(step < minute && { second: '2-digit' }),
          ...(step < second && { fractionalSecondDigits: 3 }),
        });
    ticks.push({ time, text });
  }
  return ticks;
}

/** @param {number} from @param {number} to @param {(index: number) => Date} dateOf @param {Intl.DateTimeFormatOptions} format */
function ticksBy(from, to, dateOf, format) {
  const ticks = [];
  for (let index = 0, date = dateOf(0); date.getTime() <= to; date = dateOf((index += 1))) {
    if (date.getTime() >= from)
      ticks.push({ time: date.getTime(), text: date.toLocaleDateString(undefined, format) });
  }
  return ticks;
}
