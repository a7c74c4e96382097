/** Sends rows to the service until it has answered for each of them. */

import { backOff, delay } from '../../../event-stream/retry.js';
import { retryAfterOf } from '../../store/api.js';

/**
 * The result of one row.
 *
 * @typedef {{ status: number, id?: import('../../contract/ids.js').Id, position?: number, problem?: import('../../store/api.js').Problem }} Result
 */

/** A request with rows was rejected as a whole. Sending it again would not help. */
export class ImportStopped extends Error {
  /** @override */
  name = 'ImportStopped';

  /** @param {number} status @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** No connection, too many requests, a gateway without a service, or a service without a broker. */
const temporary = [0, 429, 502, 503, 504];
const tooLarge = 413;

/**
 * A request that fails is sent again with its key, so that no row is added twice. One that is too large is divided.
 *
 * @param {object} context
 * @param {import('../../store/api.js').Request} context.request
 * @param {string} context.path
 * @param {(text: string, first: number) => string} context.keyOf the idempotency key of rows, of which the first has this number
 * @param {(detail: string | undefined) => void} context.onWait called with the reason for which the import waits, and with undefined once
 *   it continues
 * @param {(rows: number) => void} context.onTooLarge called with the number of rows that were too many
 * @param {AbortSignal} context.signal
 * @returns {(lines: readonly string[], first: number) => Promise<Result[]>} rejects if the signal aborts while it waits
 * @throws ImportStopped
 */
export function createDelivery({ request, path, keyOf, onWait, onTooLarge, signal }) {
  /** @param {readonly string[]} lines @param {number} first @returns {Promise<Result[]>} */
  return async function deliver(lines, first) {
    const rows = lines.map((line) => `${line}\n`).join('');
    const headers = { 'Idempotency-Key': `"${keyOf(rows, first)}"` };
    for (let failures = 1; ; failures++) {
      const response = await request('POST', path, { rows, headers });
      const { status, problem } = response;
      /** @type {Result[]} */
      const results = status === 200 && Array.isArray(response.body) ? response.body : [];
      const unanswered = results.find((result) => temporary.includes(result.status));
      if (results.length === lines.length && unanswered === undefined) {
        if (failures > 1) onWait(undefined);
        return results;
      }
      if (status === tooLarge && problem !== undefined) {
        if (lines.length === 1) return [{ status, problem }];
        onTooLarge(lines.length);
        const half = Math.ceil(lines.length / 2);
        return [
          ...(await deliver(lines.slice(0, half), first)),
          ...(await deliver(lines.slice(half), first + half)),
        ];
      }
      const detail = problem?.detail ?? unanswered?.problem?.detail ?? 'The connection was lost.';
      if (status !== 200 && !temporary.includes(status)) throw new ImportStopped(status, detail);
      onWait(detail);
      const retryMs = response.headers.has('Retry-After')
        ? retryAfterOf(response.headers)
        : backOff(failures);
      await delay(retryMs, signal);
    }
  };
}
