/** Keeps the visible rows current while the whole list, which takes longer, is read or rests. */

import { sleep } from './api.js';
import { readEach } from './read-each.js';
import { restAfter } from './rest.js';

/** Time in ms in which changes are batched. */
const intervalMs = 250;
/** If the list rests longer than this, in ms, the visible rows do not wait for it. */
const slowMs = 500;

/**
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {string} context.path path of the list
 */
export function createVisibleRows({ store, request, path }) {
  /** @type {ReadonlySet<import('../contract/ids.js').Id>} */
  let visible = new Set();
  /** Changed visible entities, with the minimum position of the read. @type {Map<import('../contract/ids.js').Id, number>} */
  const changed = new Map();
  /** Positions of the rows that were read here. A page of the list may be older. @type {Map<import('../contract/ids.js').Id, number>} */
  const known = new Map();
  let isReading = false;
  let isListSlow = false;

  /** @param {AbortSignal} signal */
  async function read(signal) {
    if (isReading) return;
    isReading = true;
    while (changed.size > 0 && !signal.aborted) {
      await sleep(intervalMs);
      const reads = [...changed];
      changed.clear();
      await readEach({
        store,
        request,
        path,
        reads,
        signal,
        onRead: (id, position) => known.set(id, position),
        onFailure: (id, position) => void (changed.has(id) || changed.set(id, position)),
      });
    }
    isReading = false;
  }

  return {
    /** @param {ReadonlySet<import('../contract/ids.js').Id>} ids */
    show(ids) {
      visible = ids;
    },

    /** Call when an entity has changed that will be read with the list. @param {import('../contract/ids.js').Id} id @param {number} position @param {AbortSignal} signal */
    onChange(id, position, signal) {
      if (!isListSlow || !visible.has(id)) return;
      changed.set(id, position);
      void read(signal);
    },

    /** Returns whether a row is newer than a page of the list. @param {number} position of the page */
    newerThan: (position) => (/** @type {import('../contract/ids.js').Id} */ id) =>
      (known.get(id) ?? 0) > position,

    /** @param {number} durationMs @param {number} position that every page reflects */
    onListRead(durationMs, position) {
      isListSlow = restAfter(durationMs) > slowMs;
      for (const [id, read] of known) if (read <= position) known.delete(id);
    },

    /** Call when the stream was replaced. */
    reset() {
      changed.clear();
      known.clear();
    },
  };
}
