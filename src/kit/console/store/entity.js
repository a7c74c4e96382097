/** Reads one entity: current state, history, the state after each event, and the state at a point in time. */

import { createHistoricalEntity } from './historical-entity.js';

/**
 * @typedef {import('./table.js').Entity} Entity
 * @typedef {{ position: number, time: string, messageId?: string, traceparent?: string, actor?: string,
 *   event?: { type: string, [field: string]: unknown }, rejected?: string }} Entry
 *
 * @typedef {object} OpenEntity
 * @property {import('../contract/ids.js').Id} id
 * @property {Entity | undefined} current undefined if it does not exist
 * @property {Entry[]} history oldest first
 * @property {Map<number, Entity | undefined>} versions state at the positions of its history
 * @property {string | undefined} asOf point in time that is shown; undefined: the current state
 * @property {Entity | undefined} historical state at `asOf`
 * @property {number | undefined} position stream position of `historical`
 * @property {boolean} isTravelling whether the state at `asOf` is being read
 * @property {boolean} isLoading
 * @property {string | undefined} problem
 */

/** Number of most recent events whose changes are loaded initially. */
const initialVersions = 50;
const concurrency = 4;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('../contract/contract.js').Contract }} context
 */
export function createEntityReader({ store, request, contract }) {
  const { path } = contract;
  /** Returns the open entity if it still has this id. @param {import('../contract/ids.js').Id} id */
  function openEntity(id) {
    const { entity } = store.state;
    return entity?.id === id ? entity : undefined;
  }

  /** @param {import('../contract/ids.js').Id} id @param {Partial<OpenEntity>} change */
  function update(id, change) {
    const entity = openEntity(id);
    if (entity !== undefined) store.update({ entity: { ...entity, ...change } });
  }

  const travel = createHistoricalEntity({ request, path, openEntity, update });

  /** @param {import('../contract/ids.js').Id} id @param {number} position minimum position of the responses */
  async function read(id, position) {
    const headers = { 'Wait-For-Position': String(position) };
    const [item, history] = await Promise.all([
      request('GET', `${path}/${id}`, { headers }),
      // The newest messages of a longer history.
      request('GET', `${path}/${id}/events?order=desc&limit=10000`, { headers }),
    ]);
    if (history.problem !== undefined) {
      update(id, { isLoading: false, problem: history.problem.detail });
      return;
    }
    const entries = history.body.toReversed();
    update(id, {
      current: item.status === 200 ? item.body : undefined,
      history: entries,
      problem: undefined,
    });
    await readVersions(id, entries.slice(-initialVersions));
    update(id, { isLoading: false });
  }

  /** @param {import('../contract/ids.js').Id} id @param {Entry[]} entries */
  async function readVersions(id, entries) {
    const known = openEntity(id)?.versions ?? new Map();
    const missing = entries.filter(({ position }) => !known.has(position)).toReversed();
    const readNext = async () => {
      for (let entry = missing.shift(); entry !== undefined; entry = missing.shift()) {
        const { position } = entry;
        const { status, body } = await request('GET', `${path}/${id}?asOf=${position}`);
        if (status !== 200 && status !== 404) continue;
        update(id, {
          versions: new Map(openEntity(id)?.versions).set(position, status === 200 ? body : undefined),
        });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readNext));
  }

  /** @param {import('../contract/ids.js').Id} id */
  async function open(id) {
    store.update({
      entity: {
        id,
        current: store.state.table.get(id)?.entity,
        history: [],
        versions: new Map(),
        asOf: undefined,
        historical: undefined,
        position: undefined,
        isTravelling: false,
        isLoading: true,
        problem: undefined,
      },
    });
    travel(id, store.state.route.asOf);
    await read(id, 0);
  }

  return {
    open,

    /** Reads everything again, after the stream was replaced. */
    reopen() {
      const { entity } = store.state;
      if (entity !== undefined) void open(entity.id);
    },

    /** Loads the changes of all events. @param {import('../contract/ids.js').Id} id */
    readAllVersions: (id) => readVersions(id, openEntity(id)?.history ?? []),

    travel,

    refresh() {
      const { entity } = store.state;
      if (entity !== undefined) void read(entity.id, 0);
    },

    /** @param {import('./follow.js').LiveEvent} event */
    onEvent({ id, position }) {
      if (openEntity(id) !== undefined) void read(id, position);
    },
  };
}
