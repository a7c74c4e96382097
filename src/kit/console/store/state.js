/** All that the page shows stands in one state. Whoever changes it says so here, and the page is drawn again. */

import { Table } from './table.js';

/**
 * @typedef {import('../../api/documents.ts').ServiceStatus} Status
 * @typedef {import('../../api/documents.ts').RejectedMessage} Rejected
 * @typedef {import('./follow.js').LiveEvent} LiveEvent
 * @typedef {import('./entity.js').OpenEntity} OpenEntity
 *
 * How the replica answers: not yet asked, starting (and how far), well, or not at all.
 * @typedef {{ kind: 'unknown' | 'starting' | 'up' | 'gone', detail: string }} Replica
 *
 * One look at the status; rates are per second since the look before.
 * @typedef {{ time: number, eventsPerSecond: number, appendMs: number | null, lag: number | null }} Sample
 *
 * @typedef {{ view: 'table' | 'entity' | 'log' | 'health', id: number }} Route
 *
 * What the dialog is about; undefined: it is closed.
 * @typedef {{ kind: 'add' } | { kind: 'change' | 'remove', id: number, entity: import('./table.js').Entity, tag: string }} Dialog
 *
 * @typedef {object} State
 * @property {import('./contract.js').Contract | undefined} contract
 * @property {Replica} replica
 * @property {Status | undefined} status
 * @property {Sample[]} samples newest last
 * @property {boolean} isFollowing whether the live events come
 * @property {Table} table as it is now
 * @property {number | undefined} loading how many rows have come, while the table is being read
 * @property {string} search
 * @property {import('./table.js').Order} order
 * @property {Past | undefined} past the table as it was; undefined: the present is shown
 * @property {OpenEntity | undefined} entity
 * @property {LiveEvent[]} log newest first
 * @property {LogFilter} logFilter
 * @property {LiveEvent[] | undefined} pausedLog what is shown while the log is paused
 * @property {Rejected[]} rejections newest first
 * @property {Route} route
 * @property {Dialog | undefined} dialog
 * @property {string} message the last thing that was done, for everybody to see and hear
 * @property {string} token
 * @property {boolean} wantsToken whether a write was refused for want of one
 *
 * @typedef {{ asOf: string, table: Table, position: number | undefined, isLoading: boolean, problem: string | undefined }} Past
 * @typedef {{ type: string, id: string }} LogFilter
 *
 * @typedef {object} Store
 * @property {State} state
 * @property {(change: Partial<State> | ((state: State) => Partial<State>)) => void} update a function sees the state of this
 *   moment; what is drawn may be some milliseconds older
 * @property {(listener: () => void) => () => void} subscribe
 */

/** Milliseconds between two drawings at least, however much happens. */
const drawingMs = 30;

/** @returns {Store} */
export function createStore() {
  /** @type {Set<() => void>} */
  const listeners = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let drawing;

  /** @type {Store} */
  const store = {
    state: {
      contract: undefined,
      replica: { kind: 'unknown', detail: '' },
      status: undefined,
      samples: [],
      isFollowing: false,
      table: new Table(),
      loading: 0,
      search: '',
      order: { field: 'id', descending: false },
      past: undefined,
      entity: undefined,
      log: [],
      logFilter: { type: '', id: '' },
      pausedLog: undefined,
      rejections: [],
      route: readRoute(location.hash),
      dialog: undefined,
      message: '',
      token: '',
      wantsToken: false,
    },

    update(change) {
      store.state = { ...store.state, ...(typeof change === 'function' ? change(store.state) : change) };
      drawing ??= setTimeout(() => {
        drawing = undefined;
        for (const listener of listeners) listener();
      }, drawingMs);
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}

/**
 * How far the replica has followed the service's own stream; what is not known is null.
 *
 * @param {Status | undefined} status
 * @returns {{ applied: number, last: number | null, lag: number | null }}
 */
export function progressOf(status) {
  const own = status?.streams[status.stream];
  const applied = own?.applied ?? 0;
  const last = own?.last ?? null;
  return { applied, last, lag: last === null ? null : last - applied };
}

/** `#/entity/12`, `#/log`, `#/health`; anything else is the table. @param {string} hash @returns {Route} */
export function readRoute(hash) {
  const [, view, id] = /^#\/(\w+)(?:\/([1-9]\d*))?$/.exec(hash) ?? [];
  if (view === 'entity' && id !== undefined) return { view, id: Number(id) };
  return { view: view === 'log' || view === 'health' ? view : 'table', id: 0 };
}
