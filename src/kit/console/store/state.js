/** Application state of the console. Every change goes through `update`, which schedules a render. */

import { readRoute } from './address.js';
import { noFilter } from './filter.js';
import { emptyLog } from './log/log-state.js';
import { unknownSystem } from './services.js';
import { Table } from './table.js';

/**
 * @typedef {import('../../api/responses/documents.ts').ServiceStatus} Status
 * @typedef {import('../../api/responses/documents.ts').RejectedMessage} Rejected
 * @typedef {import('./entity.js').OpenEntity} OpenEntity
 *
 * State of the replica; `detail` is the progress while it starts, or the reason it does not respond as expected.
 * @typedef {{ kind: 'unknown' | 'starting' | 'up' | 'failing' | 'unreachable', detail: string }} Replica
 *
 * @typedef {import('./samples.js').Sample} Sample
 *
 * @typedef {import('./address.js').Route} Route
 *
 * The open dialog; undefined if it is closed.
 * @typedef {import('../contract/contract.js').Command} Command
 * @typedef {{ kind: 'create', command: Command } | { kind: 'import', command: Command, file: File | undefined } | { kind: 'replace' | 'remove' | 'command', command: Command, id: import('../contract/ids.js').Id,
 *   entity: import('./table.js').Entity, tag: string }} Dialog
 *
 * @typedef {object} State
 * @property {import('../contract/contract.js').Contract | undefined} contract
 * @property {Replica} replica
 * @property {number | undefined} rateLimitMs how long reads wait because of a rate limit, in ms; undefined: they do not
 * @property {Status | undefined} status
 * @property {Sample[]} samples oldest first
 * @property {boolean | undefined} isFollowing whether the event feed is connected; undefined until the first connection
 * @property {Table} table current entities
 * @property {number | undefined} loading number of rows loaded so far; undefined once the table is complete
 * @property {string} search
 * @property {import('./filter.js').Filter} filter
 * @property {import('./table.js').Order} order
 * @property {HistoricalTable | undefined} historical table at a point in time; undefined: the live table is shown
 * @property {import('./event-timeline.js').Timeline | undefined} timeline the events of the stream over time; undefined if there are none
 * @property {OpenEntity | undefined} entity
 * @property {import('./log/log-state.js').EventLog} eventLog
 * @property {Rejected[]} rejections latest first
 * @property {import('./services.js').System} system
 * @property {Route} route
 * @property {Dialog | undefined} dialog
 * @property {boolean} isPaletteOpen
 * @property {string} message outcome of the last write, displayed and announced to screen readers
 * @property {string} token
 * @property {boolean} isUnauthorized whether a write was rejected with 401 or 403
 *
 * @typedef {{ asOf: string, table: Table, position: number | undefined, isLoading: boolean, problem: string | undefined }} HistoricalTable
 *
 * @typedef {object} Store
 * @property {State} state
 * @property {(change: Partial<State> | ((state: State) => Partial<State>)) => void} update a function receives the current
 *   state, which may be newer than the rendered one
 * @property {(listener: () => void) => () => void} subscribe
 */

/** Minimum interval between renders, in ms. */
const renderIntervalMs = 30;

/** @returns {Store} */
export function createStore() {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let renderTimer;

  /** @type {Store} */
  const store = {
    state: {
      contract: undefined,
      replica: { kind: 'unknown', detail: '' },
      rateLimitMs: undefined,
      status: undefined,
      samples: [],
      isFollowing: undefined,
      table: new Table(),
      loading: 0,
      search: '',
      filter: noFilter,
      order: { field: 'id', descending: false },
      historical: undefined,
      timeline: undefined,
      entity: undefined,
      eventLog: emptyLog,
      rejections: [],
      system: unknownSystem,
      route: readRoute(location.hash, undefined),
      dialog: undefined,
      isPaletteOpen: false,
      message: '',
      token: '',
      isUnauthorized: false,
    },

    update(change) {
      store.state = { ...store.state, ...(typeof change === 'function' ? change(store.state) : change) };
      renderTimer ??= setTimeout(() => {
        renderTimer = undefined;
        for (const listener of listeners) listener();
      }, renderIntervalMs);
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}
