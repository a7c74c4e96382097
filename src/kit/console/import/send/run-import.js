/** Imports the rows of a file: many in each request, and one request after the other. */

import { createIdempotencyKey, positionOf } from '../../store/api.js';
import { prepareRows } from '../map/prepared-rows.js';
import { maxRows, toChunks } from './chunks.js';
import { createDelivery, ImportStopped } from './deliver.js';
import { digestOf } from './key.js';
import { describeDifference } from './stored-row.js';

/**
 * @typedef {import('../map/prepared-rows.js').PreparedRow} PreparedRow
 * @typedef {{ readonly line: number, readonly reason: string, readonly original: PreparedRow['original'] }} RejectedRow
 *
 * @typedef {object} Progress
 * @property {number} added
 * @property {number} alreadyThere
 * @property {number} unknown rows that were sent, without a result
 * @property {RejectedRow[]} rejected
 * @property {string | undefined} waiting why the import waits
 * @property {string | undefined} stopped why it ended early
 * @property {boolean} isDone
 */

/** @param {{ store: import('../../store/state.js').Store, request: import('../../store/api.js').Request,
 *   contract: import('../../contract/contract.js').Contract }} context */
export function createImports({ store, request, contract }) {
  const { path } = contract;

  /**
   * @param {import('../map/prepared-rows.js').Plan} plan
   * @param {AbortSignal} signal ends the import after the rows that were sent
   * @param {(progress: Progress) => void} onProgress
   */
  return async function runImport(plan, signal, onProgress) {
    /** @type {Progress} */
    const progress = {
      added: 0,
      alreadyThere: 0,
      unknown: 0,
      rejected: [],
      waiting: undefined,
      stopped: undefined,
      isDone: false,
    };
    const show = () => onProgress({ ...progress });
    const hasIds = plan.mapping['id'] !== undefined;
    const limits = { rows: maxRows };
    const runKey = createIdempotencyKey();
    let sent = 0;
    const deliver = createDelivery({
      request,
      path,
      signal,
      // A row without an id is recognised by its key alone, so the key is the same when the file is imported again.
      keyOf: (text, first) => `${hasIds ? runKey : digestOf(text)}.${first}`,
      onWait(waiting) {
        progress.waiting = waiting;
        show();
      },
      onTooLarge: (rows) => (limits.rows = Math.ceil(rows / 2)),
    });

    /** @param {PreparedRow} row @param {string} reason */
    const reject = ({ line, original }, reason) => progress.rejected.push({ line, original, reason });

    /** @param {PreparedRow} row @param {import('./deliver.js').Result} result @param {number} start */
    async function settle(row, { status, position = 0, problem }, start) {
      if (status === 201) progress[position > start ? 'added' : 'alreadyThere'] += 1;
      else {
        const stored = status === 409 ? await findStored(row) : undefined;
        const difference = stored && describeDifference(row.body, stored, contract);
        if (stored !== undefined && difference === undefined) progress.alreadyThere += 1;
        else reject(row, difference ?? describeProblem(problem));
      }
    }

    /** @param {PreparedRow} row @returns {Promise<import('../../store/table.js').Entity | undefined>} */
    async function findStored({ body: { id } }) {
      if (typeof id !== 'string' && typeof id !== 'number') return undefined;
      const known = store.state.table.get(id)?.entity;
      if (known !== undefined) return known;
      const { status, body } = await request('GET', `${path}/${encodeURIComponent(id)}`);
      return status === 200 ? body : undefined;
    }

    try {
      const start = hasIds ? 0 : await readPosition();
      for await (const rows of toChunks(prepareRows(plan), limits, reject)) {
        if (signal.aborted) break;
        progress.unknown = rows.length;
        const results = await deliver(
          rows.map(({ body }) => JSON.stringify(body)),
          sent,
        );
        progress.unknown = 0;
        for (const [index, row] of rows.entries()) await settle(row, results[index] ?? { status: 0 }, start);
        sent += rows.length;
        show();
      }
    } catch (error) {
      if (!signal.aborted) progress.stopped = error instanceof Error ? error.message : String(error);
      if (error instanceof ImportStopped) {
        progress.unknown = 0;
        if ([401, 403].includes(error.status)) store.update({ isUnauthorized: true });
      }
    }
    progress.rejected.sort((one, other) => one.line - other.line);
    Object.assign(progress, { isDone: true, waiting: undefined });
    show();
  };

  /** The last position of the stream: what has a later one was added by this import. */
  async function readPosition() {
    const response = await request('GET', `${path}?limit=1`, { headers: { 'Wait-For-Position': 'latest' } });
    if (response.problem !== undefined) throw new ImportStopped(response.status, response.problem.detail);
    return positionOf(response);
  }
}

/** @param {import('../../store/api.js').Problem | undefined} problem */
function describeProblem(problem) {
  const { detail = 'The row was rejected.', errors = [] } = problem ?? {};
  if (errors.length === 0) return detail;
  return errors.map((error) => `${error.pointer.slice(1)}: ${error.detail}`).join('; ');
}
