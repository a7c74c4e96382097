/** Exponential backoff in ms: its base, doubled with every failure, and its limit. */
const baseBackOffMs = 100;
const maxBackOffMs = 10_000;

/**
 * Exponential backoff with jitter after `failures` consecutive failures, in ms.
 *
 * @param {number} failures
 * @returns {number}
 */
export function backOff(failures) {
  const limit = Math.min(maxBackOffMs, baseBackOffMs * 2 ** failures);
  return limit / 2 + (Math.random() * limit) / 2;
}

/**
 * Rejects with the signal's reason if it aborts first.
 *
 * @param {number} milliseconds
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
export function delay(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
  });
}
