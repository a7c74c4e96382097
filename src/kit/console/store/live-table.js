/** Keeps the table current: reads the list, then follows the events and rereads the entities that they affect. */

import { nextPage, positionOf, sleep } from './api.js';
import { follow } from './follow.js';

/** Number of positions before the list's own at which the event log starts. */
const backlogPositions = 200;
/** Maximum number of events in the event log. */
const maxLogEvents = 1_000;
/** Size of the first page, which is displayed at once, and of the others. */
const firstPageSize = 1_000;
const pageSize = 10_000;
/** Maximum number of changed entities that are read one by one. For more, reading the list is faster. */
const maxSingleReads = 20;
const concurrency = 6;
/** Time in ms during which changes are batched before they are read. */
const batchDelayMs = 100;
/** Delay before a failed read is retried, in ms. */
const retryMs = 1_000;

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('./contract.js').Contract, onEvent: (event: import('./follow.js').LiveEvent) => void }} context
 */
export function createLiveTable({ store, request, contract, onEvent }) {
  const { path } = contract;
  /** Ids of changed entities, with the minimum position of the read. @type {Map<import('./contract.js').Id, number>} */
  let changed = new Map();
  let isReading = false;
  /** Position of the list: it includes all earlier events. */
  let listPosition = 0;
  /** @type {import('./follow.js').EventFeed | undefined} */
  let feed;

  /**
   * Reads the whole list. Every page reflects at least the position of the first one, even from another replica.
   *
   * @param {boolean} isLive whether changed rows are highlighted
   * @param {number} position minimum position of the first page
   */
  async function readAll(isLive, position = 0) {
    /** @type {import('./contract.js').Id | undefined} */
    let after;
    let minPosition = position;
    for (;;) {
      const range = after === undefined ? `limit=${firstPageSize}` : `limit=${pageSize}&after=${after}`;
      const response = await request('GET', `${path}?${range}`, {
        headers: { 'Wait-For-Position': String(minPosition) },
      });
      if (response.problem !== undefined) {
        await sleep(retryMs);
        continue;
      }
      if (after === undefined) {
        minPosition = positionOf(response);
        startFollowing(minPosition);
      }
      /** @type {import('./contract.js').Id | undefined} */
      const upTo = nextPage(response) === undefined ? undefined : response.body.at(-1)?.id;
      store.state.table.putPage(response.body, after, upTo, isLive);
      store.update({ ...(!isLive && { loading: store.state.table.size }) });
      if (upTo === undefined) return;
      after = upTo;
    }
  }

  /** @param {number} position */
  function startFollowing(position) {
    if (feed !== undefined) return;
    listPosition = position;
    feed = follow(`${path}/events`, Math.max(0, position - backlogPositions), {
      event: onLiveEvent,
      reset: () => void reload(),
      connection: (isFollowing) => store.update({ isFollowing }),
    });
  }

  /** @param {import('./follow.js').LiveEvent} event */
  function onLiveEvent(event) {
    store.update({ log: [event, ...store.state.log.slice(0, maxLogEvents - 1)] });
    if (event.position <= listPosition) return;
    changed.set(event.id, event.position);
    void readChanged();
    onEvent(event);
  }

  async function readChanged() {
    if (isReading) return;
    isReading = true;
    while (changed.size > 0) {
      await sleep(batchDelayMs);
      const batch = changed;
      changed = new Map();
      if (batch.size > maxSingleReads) await readAll(true, Math.max(...batch.values()));
      else await readEach([...batch]);
    }
    isReading = false;
  }

  /** @param {[import('./contract.js').Id, number][]} reads */
  async function readEach(reads) {
    const readNext = async () => {
      for (let next = reads.pop(); next !== undefined; next = reads.pop()) {
        const [id, position] = next;
        const headers = { 'Wait-For-Position': String(position) };
        const { status, body } = await request('GET', `${path}/${id}`, { headers });
        if (status === 200) store.state.table.put(body, true);
        else if (status === 404) store.state.table.remove(id);
        else {
          await sleep(retryMs);
          if (!changed.has(id)) changed.set(id, position);
        }
        store.update({});
      }
    };
    await Promise.all(Array.from({ length: concurrency }, readNext));
  }

  /** Rereads the whole list after any read in progress. */
  async function reload() {
    while (isReading) await sleep(batchDelayMs);
    isReading = true;
    await readAll(true);
    isReading = false;
    void readChanged();
  }

  return {
    async start() {
      isReading = true;
      await readAll(false);
      isReading = false;
      store.update({ loading: undefined });
      void readChanged();
    },
    reload,
    /** Call after the replica was unreachable: the connection may be dead. */
    reconnect: () => feed?.reconnect(),
  };
}
