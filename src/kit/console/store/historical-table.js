/** Reads the table at a point in time. */

import { nextPage, positionOf } from './api.js';
import { Table } from './table.js';

const pageSize = 10_000;
/** Debounce delay of the point-in-time controls, in ms. */
const debounceMs = 200;
/** Retry delay in ms while the service is unavailable. */
const retryMs = 1_000;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract, onTravel: () => void }} context
 */
export function createHistoricalTable({ store, request, contract, onTravel }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} asOf a position or an RFC 3339 time */
  async function read(asOf) {
    const table = new Table();
    /** @type {string | undefined} */
    let page = `${contract.path}?limit=${pageSize}&asOf=${encodeURIComponent(asOf)}`;
    let position;
    while (page !== undefined) {
      const response = await request('GET', page);
      // Another point in time has been selected.
      if (store.state.historical?.asOf !== asOf) return;
      if (response.problem !== undefined) {
        const { detail } = response.problem;
        const isTransient = response.status >= 500 || response.status === 0;
        store.update({ historical: { ...store.state.historical, isLoading: isTransient, problem: detail } });
        if (isTransient) timer = setTimeout(() => void read(asOf), retryMs);
        return;
      }
      position = positionOf(response);
      for (const entity of response.body) table.put(entity, false);
      page = nextPage(response);
    }
    store.update({ historical: { asOf, table, position, isLoading: false, problem: undefined } });
  }

  return {
    /** @param {string | undefined} asOf a position or an RFC 3339 time; undefined returns to the live table */
    travel(asOf) {
      clearTimeout(timer);
      if (asOf === undefined) {
        store.update({ historical: undefined });
        onTravel();
        return;
      }
      const { historical = { table: new Table(), position: undefined } } = store.state;
      store.update({ historical: { ...historical, asOf, isLoading: true, problem: undefined } });
      timer = setTimeout(() => void read(asOf), debounceMs);
      onTravel();
    },
  };
}
