/** Where a moment is in the stream, and on the time bar. */

import { toLocalTime } from '../../parts/text.js';
import { positionAt, timeAt } from '../../store/event-timeline.js';

/**
 * @typedef {import('../../store/event-timeline.js').Timeline} Timeline
 *
 * `time` in ms since the epoch, undefined if it is not known, and whether it is accurate to a second; `part` of the time range of the stream that has passed.
 * @typedef {{ position: number, time: number | undefined, isExact: boolean, part: number }} Place
 */

/** @param {string | undefined} asOf */
export const isPosition = (asOf) => asOf !== undefined && /^\d+$/.test(asOf);

/** @param {Timeline | undefined} timeline @param {import('./time-bar.js').Shown} shown @param {number} last current position @returns {Place} */
export function findPlace(timeline, { asOf, position, isLoading }, last) {
  if (asOf === undefined) return { position: last, time: undefined, isExact: true, part: 1 };
  if (isPosition(asOf)) {
    const time = timeline && timeAt(timeline, Number(asOf));
    const isExact = timeline !== undefined && timeline.bucketMs <= 1_000;
    return {
      position: Number(asOf),
      time,
      isExact,
      part: partOf(timeline, time, Number(asOf) / Math.max(1, last)),
    };
  }
  const time = Date.parse(asOf);
  const estimate = timeline && positionAt(timeline, time);
  const found = (isLoading ? estimate : position) ?? estimate ?? last;
  return { position: found, time, isExact: true, part: partOf(timeline, time, found / Math.max(1, last)) };
}

/** @param {Timeline | undefined} timeline @param {number | undefined} time @param {number} other without a timeline */
export function partOf(timeline, time, other = 0) {
  const part =
    timeline === undefined || time === undefined
      ? other
      : (time - timeline.from) / (timeline.to - timeline.from);
  return Math.min(1, Math.max(0, part || 0));
}

/** `position 9, 31 Jan 2026, 12:00:00` @param {import('./time-bar.js').Shown} shown @param {Place} place */
export function describeMoment({ asOf }, { position, time, isExact }) {
  if (asOf === undefined) return `position ${position}, now`;
  if (!isPosition(asOf)) return Number.isNaN(Date.parse(asOf)) ? asOf : toLocalTime(asOf);
  const when =
    time === undefined ? '' : `, ${isExact ? '' : 'about '}${toLocalTime(new Date(time).toISOString())}`;
  return `position ${asOf}${when}`;
}
