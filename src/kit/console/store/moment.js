/** The moment that is shown, and whether it is compared with now: in the state at once, in the address shortly after. */

import { addressOf } from './address.js';

/** @typedef {import('./state.js').Route} Route */

/** Interval between two changes of the address, in ms. Browsers limit their number. */
const addressDelayMs = 300;
/** Changes of the address that follow each other in less time, in ms, are one entry of the history: dragging, playing, a held key. */
const sameEntryMs = 1_500;

/** @param {{ store: import('./state.js').Store, onChange: (route: Route) => void }} context */
export function createMoment({ store, onChange }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let writtenAt = -Infinity;
  /** The address that the state reflects. */
  let known = location.hash;

  function writeAddress() {
    timer = undefined;
    // Another page has been opened: the state does not reflect it yet.
    if (location.hash !== known) return;
    const address = addressOf(store.state.route);
    if (address === known) return;
    const now = performance.now();
    if (now - writtenAt < sameEntryMs) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    writtenAt = now;
    known = location.hash;
  }

  /** @param {Partial<Route>} change */
  function update(change) {
    const route = { ...store.state.route, ...change };
    store.update({ route });
    onChange(route);
    timer ??= setTimeout(writeAddress, addressDelayMs);
  }

  return {
    /** @param {string | undefined} asOf a position or an RFC 3339 time; undefined: the current state */
    travel: (asOf) => update({ asOf, ...(asOf === undefined && { isCompared: false }) }),

    /** @param {boolean} isCompared */
    compare: (isCompared) => update({ isCompared }),

    /** Call after the address was read. */
    onAddressRead() {
      clearTimeout(timer);
      timer = undefined;
      known = location.hash;
    },
  };
}
