/** How many events of each type arrived in the last minutes. */

/** Width of a column of the sparkline, in ms, and number of columns: five minutes. */
export const bucketMs = 5_000;
export const bucketCount = 60;

/** @typedef {{ type: string, counts: number[], perSecond: number }} Rate */

/** @param {readonly string[]} types */
export function createRates(types) {
  /** Counts by type; the last one is that of `current`. @type {Map<string, number[]>} */
  const counts = new Map(types.map((type) => [type, emptyCounts()]));
  let current = 0;

  /** @param {number} now */
  function moveTo(now) {
    const bucket = Math.floor(now / bucketMs);
    const steps = current === 0 ? 0 : Math.max(0, Math.min(bucketCount, bucket - current));
    for (const values of counts.values()) {
      values.splice(0, steps);
      values.push(...emptyCounts(steps));
    }
    current = Math.max(current, bucket);
  }

  return {
    /** @param {string} type @param {number} [time] in ms since the epoch @param {number} [now] */
    add(type, time = Date.now(), now = Date.now()) {
      moveTo(now);
      const values = counts.get(type) ?? emptyCounts();
      counts.set(type, values);
      const index = bucketCount - 1 - Math.max(0, current - Math.floor(time / bucketMs));
      if (index >= 0) values[index] = (values[index] ?? 0) + 1;
    },

    /** @param {number} now @returns {Rate[]} the rate is that of the last complete columns */
    list(now) {
      moveTo(now);
      return Array.from(counts, ([type, values]) => ({
        type,
        counts: values,
        perSecond: (values.at(-2) ?? 0) / (bucketMs / 1000),
      }));
    },
  };
}

/** Messages that are read for the minutes before the page was opened. */
const earlierMessages = 5_000;

/**
 * Adds what was stored before the page was opened.
 *
 * @param {Pick<ReturnType<typeof createRates>, 'add'>} rates
 * @param {import('./read-log.js').ReadLog} read
 * @param {number} last
 */
export async function addEarlier(rates, read, last) {
  if (last === 0) return;
  const from = Math.max(1, last - earlierMessages + 1);
  const part = await read({ from, to: last, limit: earlierMessages });
  for (const { event, time, rejected } of part?.entries ?? []) {
    if (event !== undefined && rejected === undefined) rates.add(event.type, Date.parse(time));
  }
}

function emptyCounts(length = bucketCount) {
  return Array.from({ length }, () => 0);
}
