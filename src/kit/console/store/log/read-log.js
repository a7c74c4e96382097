/** Reads parts of the log from the service. */

import { sleep } from '../api.js';
import { toQuery } from './address.js';

/**
 * @typedef {import('../../../api/responses/log.ts').LogEntry<{ type: string, [field: string]: unknown }>} LogEntry
 * @typedef {{ from: number, to: number, next?: number, last: number, entries: LogEntry[] }} LogPage
 * @typedef {{ from?: number, to?: number, at?: string, limit?: number }} LogRange
 *
 * Resolves with undefined once the signal is aborted. Throws an Error for a request that the service does not accept.
 * @typedef {(range: LogRange, signal?: AbortSignal) => Promise<LogPage | undefined>} ReadLog
 */

/** Delay before a failed read is retried, in ms. */
const retryMs = 1_000;

/**
 * @param {import('../api.js').Request} request
 * @param {string} path of the collection
 * @param {import('./address.js').LogFilter} [filter]
 * @returns {ReadLog}
 */
export function createReadLog(request, path, filter) {
  return async (range, signal) => {
    while (signal?.aborted !== true) {
      const { status, body, problem } = await request(
        'GET',
        `${path}/log?${toQuery({ ...range, ...filter })}`,
      );
      if (signal?.aborted) return undefined;
      if (status === 200) return body;
      if (status >= 400 && status < 500)
        throw new Error([problem, ...(problem?.errors ?? [])].map((part) => part?.detail).join(' '));
      await sleep(retryMs);
    }
    return undefined;
  };
}
