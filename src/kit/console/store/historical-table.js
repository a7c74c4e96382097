/** Reads the table at a point in time. */

import { nextPage, positionOf, sleep } from './api.js';
import { createLatest } from './latest.js';
import { Table } from './table.js';

const pageSize = 10_000;
/** Interval between two reads while the moment changes, in ms. */
const intervalMs = 100;
/** Retry delay in ms while the service is unavailable. */
const retryMs = 1_000;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract, onTravel: () => void }} context
 */
export function createHistoricalTable({ store, request, contract, onTravel }) {
  const isShown = (/** @type {string} */ asOf) => store.state.historical?.asOf === asOf;

  /** @param {string} asOf a position or an RFC 3339 time */
  async function read(asOf) {
    const table = new Table();
    /** @type {string | undefined} */
    let page = `${contract.path}?limit=${pageSize}&asOf=${encodeURIComponent(asOf)}`;
    let position;
    while (page !== undefined) {
      // Another point in time may have been selected.
      if (!isShown(asOf)) return;
      const response = await request('GET', page);
      if (!isShown(asOf)) return;
      if (response.problem !== undefined) {
        await fail(asOf, response);
        return;
      }
      position = positionOf(response);
      for (const entity of response.body) table.put(entity, false);
      page = nextPage(response);
    }
    const previous = store.state.historical?.table;
    if (previous !== undefined && previous.size > 0) table.markChanges(previous);
    store.update({ historical: { asOf, table, position, isLoading: false, problem: undefined } });
  }

  /** @param {string} asOf @param {import('./api.js').ApiResponse} response */
  async function fail(asOf, { status, problem }) {
    const { historical } = store.state;
    if (historical === undefined) return;
    const isTransient = status >= 500 || status === 0;
    store.update({ historical: { ...historical, isLoading: isTransient, problem: problem?.detail } });
    if (!isTransient) return;
    await sleep(retryMs);
    if (isShown(asOf)) readLatest(asOf);
  }

  const readLatest = createLatest(read, intervalMs);

  return {
    /** @param {string | undefined} asOf a position or an RFC 3339 time; undefined returns to the live table */
    travel(asOf) {
      const { historical } = store.state;
      if (asOf === historical?.asOf) return;
      if (asOf === undefined) store.update({ historical: undefined });
      else {
        const previous = historical ?? { table: new Table(), position: undefined };
        store.update({ historical: { ...previous, asOf, isLoading: true, problem: undefined } });
        readLatest(asOf);
      }
      onTravel();
    },
  };
}
