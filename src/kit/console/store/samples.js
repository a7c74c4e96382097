/** The status of the replica over the last minutes, for the charts. */

import { progressOf } from './progress.js';

/**
 * Rates are per second since the previous sample. Unknown values are null.
 *
 * @typedef {import('../../api/responses/documents.ts').StatusSample} StatusSample
 * @typedef {Omit<StatusSample, 'time' | 'applied'> & { time: number, eventsPerSecond: number | null }} Sample `time` in seconds since 1970
 */

/** How long samples are kept, in seconds. */
const keptSeconds = 15 * 60;

/**
 * Begins with what the replica has recorded before the page was opened.
 *
 * @param {StatusSample[]} recorded oldest first
 * @param {number} aheadMs how far the clock of the replica is ahead of that of the browser
 */
export function createRecording(recorded, aheadMs) {
  /** @type {Sample[]} */
  let samples = [];
  /** @type {{ time: number, applied: number } | undefined} */
  let previous;

  /** @param {StatusSample} sample @param {number} shiftMs added to its time */
  function add({ time: timestamp, applied, ...values }, shiftMs = 0) {
    const time = (Date.parse(timestamp) + shiftMs) / 1000;
    // The difference of the clocks is known to the second.
    if (previous !== undefined && time <= previous.time) return samples;
    const eventsPerSecond =
      previous === undefined ? null : Math.max(0, applied - previous.applied) / (time - previous.time);
    previous = { time, applied };
    samples = [
      ...samples.filter((kept) => kept.time > time - keptSeconds),
      { time, eventsPerSecond, ...values },
    ];
    return samples;
  }

  for (const sample of recorded) add(sample, -aheadMs);
  return {
    /** @param {import('../../api/responses/documents.ts').ServiceStatus} status */
    add: (status) => add(toSample(status)),
  };
}

/** @param {import('../../api/responses/documents.ts').ServiceStatus} status @returns {StatusSample} */
function toSample(status) {
  const { applied, lag } = progressOf(status);
  const { appends, process } = status;
  return {
    time: new Date().toISOString(),
    applied,
    lag,
    appendMs: appends.medianMs,
    appendP99Ms: appends.p99Ms,
    eventLoopDelayMs: process.eventLoopDelayMs,
    memoryBytes: process.memoryBytes,
    heapBytes: process.heapBytes,
  };
}
