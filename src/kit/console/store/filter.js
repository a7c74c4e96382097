/** Filters of the table by the indexes of the service. The service selects the entities; the rows come from the table. */

import { nextPage } from './api.js';
import { labelOf } from '../contract/labels.js';
import { pathOf } from './queries.js';

/**
 * `ids` are those of the selected entities; undefined: all.
 * @typedef {{ values: Record<string, string>, ids: Set<import('../contract/ids.js').Id> | undefined, problem: string | undefined }} Filter
 */

const pageSize = 10_000;
/** Debounce delay of the inputs and of live events, in ms. */
const debounceMs = 200;
/** Retry delay in ms while the service is unavailable. */
const retryMs = 1_000;

/** @type {Filter} */
export const noFilter = { values: {}, ids: undefined, problem: undefined };

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract }} context
 */
export function createFilter({ store, request, contract }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** Minimum position of the responses. */
  let position = 0;
  let reads = 0;

  async function read() {
    const { filter, historical, route } = store.state;
    const number = (reads += 1);
    if (Object.keys(filter.values).length === 0) {
      store.update({ filter: noFilter });
      return;
    }
    /** @type {Set<import('../contract/ids.js').Id>} */
    const ids = new Set();
    for (const asOf of route.isCompared ? [historical?.asOf, undefined] : [historical?.asOf]) {
      const options = asOf === undefined ? { headers: { 'Wait-For-Position': String(position) } } : {};
      /** @type {string | undefined} */
      let page = pathOf(contract, { ...filter.values, limit: pageSize, asOf });
      while (page !== undefined) {
        const response = await request('GET', page, options);
        // The filter has changed in the meantime.
        if (number !== reads) return;
        const { problem, status } = response;
        if (problem !== undefined) {
          store.update({ filter: { ...store.state.filter, problem: describeProblem(contract, problem) } });
          if (status >= 500 || status === 0) schedule(retryMs);
          return;
        }
        for (const { id } of response.body) ids.add(id);
        page = nextPage(response);
      }
    }
    store.update({ filter: { ...store.state.filter, ids, problem: undefined } });
  }

  /** @param {number} delayMs */
  function schedule(delayMs) {
    clearTimeout(timer);
    timer = setTimeout(() => void read(), delayMs);
  }

  return {
    /** @param {string} name of an index @param {string} value empty: any */
    set(name, value) {
      const { [name]: _, ...others } = store.state.filter.values;
      const values = value === '' ? others : { ...others, [name]: value };
      store.update({ filter: { ...store.state.filter, values } });
      schedule(debounceMs);
    },

    /** Call after the list of another stream was read. */
    restart() {
      position = 0;
      this.refresh();
    },

    /** Call after the entities or the point in time have changed. @param {number} [newPosition] of the change */
    refresh(newPosition = 0) {
      position = Math.max(position, newPosition);
      if (Object.keys(store.state.filter.values).length > 0) schedule(debounceMs);
    },
  };
}

/** @param {import('../contract/contract.js').Contract} contract @param {import('./api.js').Problem} problem */
function describeProblem({ filters }, { detail, errors = [] }) {
  if (errors.length === 0) return detail;
  return errors
    .map((error) => {
      const name = error.pointer.slice(1);
      return `${labelOf(filters.find((field) => field.name === name) ?? { name })}: ${error.detail}`;
    })
    .join('; ');
}
