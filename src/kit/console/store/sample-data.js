import { toText } from '../parts/text.js';

/**
 * Adds the sample data of the service, one entity after another, so that they appear as their events arrive. Stops at the first problem.
 *
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract }} context
 */
export function createSampleData({ store, request, contract: { samples, path, plural } }) {
  return async () => {
    if (samples === undefined) return;
    const { body: rows, problem: unread } = await request('GET', samples.path);
    let problem = unread;
    let added = 0;
    for (const row of problem === undefined ? rows : []) {
      const headers = { 'Idempotency-Key': `"sample-${toText(row.id)}"` };
      const response = await request('POST', path, { body: row, headers });
      if (response.status === 401 || response.status === 403) store.update({ isUnauthorized: true });
      problem = response.problem;
      if (problem !== undefined) break;
      added += 1;
    }
    store.update({ message: problem?.detail ?? `Added ${added} ${plural}.` });
  };
}
