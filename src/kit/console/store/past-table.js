/** Puts the whole table back in time. */

import { nextPage, positionOf } from './api.js';
import { Table } from './table.js';

const pageSize = 10_000;
/** Milliseconds in which the slider may move on before the service is asked. */
const settlingMs = 200;
/** Milliseconds before the service is asked again when it could not tell. */
const retryMs = 1_000;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('./contract.js').Contract }} context
 */
export function createPastTable({ store, request, contract }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let settling;

  /** @param {string} asOf a position or a time */
  async function read(asOf) {
    const table = new Table();
    /** @type {string | undefined} */
    let page = `${contract.path}?limit=${pageSize}&asOf=${encodeURIComponent(asOf)}`;
    let position;
    while (page !== undefined) {
      const answer = await request('GET', page);
      // The person has gone elsewhere.
      if (store.state.past?.asOf !== asOf) return;
      if (answer.problem !== undefined) {
        const { detail } = answer.problem;
        const mayCome = answer.status === 503 || answer.status === 0;
        store.update({ past: { ...store.state.past, isLoading: mayCome, problem: detail } });
        if (mayCome) settling = setTimeout(() => void read(asOf), retryMs);
        return;
      }
      position = positionOf(answer);
      for (const entity of answer.body) table.put(entity, false);
      page = nextPage(answer);
    }
    store.update({ past: { asOf, table, position, isLoading: false, problem: undefined } });
  }

  return {
    /** @param {string | undefined} asOf a position or an RFC 3339 time; undefined: back to the present */
    travel(asOf) {
      clearTimeout(settling);
      if (asOf === undefined) {
        store.update({ past: undefined });
        return;
      }
      const { past = { table: new Table(), position: undefined } } = store.state;
      store.update({ past: { ...past, asOf, isLoading: true, problem: undefined } });
      settling = setTimeout(() => void read(asOf), settlingMs);
    },
  };
}
