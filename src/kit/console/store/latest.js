/** Keeps up with a value that changes quickly. */

import { sleep } from './api.js';

/**
 * Returns a function that runs a task for a value. There is one task at a time, and at most one in `intervalMs`: of the values
 * that arrive in the meantime, the latest one is next, and the others are skipped.
 *
 * @template T
 * @param {(value: T) => Promise<void>} run
 * @param {number} intervalMs
 * @returns {(value: T) => void}
 */
export function createLatest(run, intervalMs) {
  /** @type {{ value: T } | undefined} */
  let next;
  let isRunning = false;

  async function runAll() {
    isRunning = true;
    while (next !== undefined) {
      const { value } = next;
      next = undefined;
      await Promise.all([run(value), sleep(intervalMs)]);
    }
    isRunning = false;
  }

  return (value) => {
    next = { value };
    if (!isRunning) void runAll();
  };
}
