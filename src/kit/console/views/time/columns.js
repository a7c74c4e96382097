/** Arranges the events of the stream in as many columns as there is room for. */

/**
 * Times in ms since the epoch.
 *
 * @typedef {{ from: number, to: number, messages: number, rejected: number }} Column
 */

/** Minimum width of a column in pixels, including the gap. */
const minWidth = 5;

/** @param {import('../../store/event-timeline.js').Timeline} timeline @param {number} width in pixels @returns {Column[]} */
export function toColumns({ from, to, bucketMs, buckets }, width) {
  const intervals = Math.round((to - from) / bucketMs);
  const perColumn = Math.max(1, Math.ceil((intervals * minWidth) / Math.max(width, minWidth)));
  const columnMs = perColumn * bucketMs;
  const columns = Array.from({ length: Math.ceil(intervals / perColumn) }, (_, index) => ({
    from: from + index * columnMs,
    to: Math.min(to, from + (index + 1) * columnMs),
    messages: 0,
    rejected: 0,
  }));
  for (const { time, messages, rejected } of buckets) {
    const column = columns[Math.floor((time - from) / columnMs)];
    if (column === undefined) continue;
    column.messages += messages;
    column.rejected += rejected;
  }
  return columns;
}

/** @param {Column[]} columns @param {number} time */
export function columnAt(columns, time) {
  return columns.findLast(({ from }) => from <= time);
}
