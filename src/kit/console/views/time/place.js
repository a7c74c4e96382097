/** Where a moment is in the stream, and on the time bar. */

import { toLocalTime } from '../../parts/text.js';
import { positionAt, timeAt } from '../../store/event-timeline.js';

/**
 * @typedef {import('../../store/event-timeline.js').Timeline} Timeline
 *
 * `time` in ms since the epoch, undefined if it is not known; `part` of the time range of the stream that has passed.
 * @typedef {{ position: number, time: number | undefined, part: number }} Place
 */

/** @param {string | undefined} asOf */
export const isPosition = (asOf) => asOf !== undefined && /^\d+$/.test(asOf);

/** @param {Timeline | undefined} timeline @param {import('./time-bar.js').Shown} shown @param {number} last current position @returns {Place} */
export function findPlace(timeline, { asOf, position, isLoading }, last) {
  if (asOf === undefined) return { position: last, time: undefined, part: 1 };
  if (isPosition(asOf)) {
    const time = timeline && timeAt(timeline, Number(asOf));
    return { position: Number(asOf), time, part: partOf(timeline, time, Number(asOf) / Math.max(1, last)) };
  }
  const time = Date.parse(asOf);
  const estimate = timeline && positionAt(timeline, time);
  const found = (isLoading ? estimate : position) ?? estimate ?? last;
  return { position: found, time, part: partOf(timeline, time, found / Math.max(1, last)) };
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
export function describeMoment({ asOf }, { position, time }) {
  if (asOf === undefined) return `position ${position}, now`;
  if (!isPosition(asOf)) return toLocalTime(asOf);
  const when = time === undefined ? '' : `, ${toLocalTime(new Date(time).toISOString())}`;
  return `position ${asOf}${when}`;
}
