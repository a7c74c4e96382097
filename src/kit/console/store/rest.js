/** Time in ms in which changes are batched before they are read. */
export const batchDelayMs = 100;
const restFactor = 3;
const maxRestMs = 5_000;

/**
 * Returns how long the table rests after a read, in ms. While many events arrive, as from an import, it would read a large list
 * all the time.
 *
 * @param {number} readMs duration of the read
 */
export function restAfter(readMs) {
  return Math.max(batchDelayMs, Math.min(maxRestMs, restFactor * readMs));
}
