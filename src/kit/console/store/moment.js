/** The moment that is shown, and whether it is compared with now: in the state and in the address. */

import { addressOf } from './address.js';

/** @typedef {import('./state.js').Route} Route */

/**
 * @param {{ store: import('./state.js').Store, address: import('./address-writer.js').AddressWriter,
 *   onChange: (route: Route) => void }} context
 */
export function createMoment({ store, address, onChange }) {
  /** @param {Partial<Route>} change */
  function update(change) {
    const route = { ...store.state.route, ...change };
    store.update({ route });
    onChange(route);
    address.write(addressOf(route), { isEntry: true });
  }

  return {
    /** @param {string | undefined} asOf a position or an RFC 3339 time; undefined: the current state */
    travel: (asOf) => update({ asOf, ...(asOf === undefined && { isCompared: false }) }),

    /** @param {boolean} isCompared */
    compare: (isCompared) => update({ isCompared }),
  };
}
