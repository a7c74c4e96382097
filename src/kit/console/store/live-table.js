/** Keeps the table current: reads the list, then follows the events and rereads the entities that they affect. */

import { sleep } from './api.js';
import { follow } from './follow.js';
import { readList } from './list-pages.js';
import { readEach } from './read-each.js';
import { batchDelayMs, restAfter } from './rest.js';

/** Maximum number of changed entities that are read one by one. For more, reading the list is faster. */
const maxSingleReads = 20;

/**
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {import('../contract/contract.js').Contract} context.contract
 * @param {(event: import('./follow.js').LiveEvent) => void} context.onEvent
 * @param {() => void} context.onStart called once, when changes are followed. What was read before may belong to another stream
 * @param {() => void} context.onRestart called after the list of another stream was read, to whose positions and versions those
 *   read before do not apply
 */
export function createLiveTable({ store, request, contract, onEvent, onStart, onRestart }) {
  const { path } = contract;
  /** Ids of changed entities, with the minimum position of the read. @type {Map<import('../contract/ids.js').Id, number>} */
  let changed = new Map();
  let isReading = false;
  let isStarted = false;
  /** Position of the list: it includes all earlier events. */
  let listPosition = 0;
  /** @type {import('./follow.js').EventFeed | undefined} */
  let feed;
  /** Aborted when the stream was replaced: the positions that reads wait for belong to the old one. */
  let stopping = new AbortController();

  /** @param {boolean} isLive whether changed rows are highlighted @param {number} position minimum position of the first page */
  async function readAll(isLive, position = 0) {
    const { signal } = stopping;
    for await (const slice of readList({ request, path, position, signal })) {
      if (slice.after === undefined) startFollowing(slice.position, slice.seen);
      store.state.table.putPage(slice.entities, slice.after, slice.upTo, isLive);
      store.update({ ...(!isLive && { loading: store.state.table.size }) });
    }
  }

  /** @param {number} position @param {import('./follow.js').SeenEvent} seen */
  function startFollowing(position, seen) {
    if (feed !== undefined) return;
    listPosition = position;
    feed = follow(`${path}/events`, position, seen, {
      event: onLiveEvent,
      reset: (current) => void restart(current),
      connection: (isFollowing) => store.update({ isFollowing }),
    });
    if (isStarted) return;
    isStarted = true;
    onStart();
  }

  /** @param {import('./follow.js').LiveEvent} event */
  function onLiveEvent(event) {
    if (event.position <= listPosition) return;
    changed.set(event.id, event.position);
    void readChanged();
    onEvent(event);
  }

  async function readChanged() {
    if (isReading) return;
    isReading = true;
    let restMs = batchDelayMs;
    while (changed.size > 0) {
      await sleep(restMs);
      const startedAt = performance.now();
      const batch = changed;
      changed = new Map();
      if (batch.size > maxSingleReads) await readAll(true, Math.max(...batch.values()));
      else await readBatch([...batch]);
      restMs = restAfter(performance.now() - startedAt);
    }
    isReading = false;
  }

  /** @param {[import('../contract/ids.js').Id, number][]} reads */
  const readBatch = (reads) =>
    readEach({
      store,
      request,
      path,
      reads,
      signal: stopping.signal,
      onFailure: (id, position) => void (changed.has(id) || changed.set(id, position)),
    });

  /** Rereads the whole list after any read in progress. */
  async function reload() {
    while (isReading) await sleep(batchDelayMs);
    isReading = true;
    await readAll(true);
    isReading = false;
    void readChanged();
  }

  /**
   * Starts again with a stream that does not continue the one that was followed: it was replaced, or lost messages.
   *
   * @param {number} position current position of the stream
   */
  async function restart(position) {
    feed?.stop();
    feed = undefined;
    stopping.abort();
    stopping = new AbortController();
    const { signal } = stopping;
    changed = new Map();
    while (isReading) await sleep(batchDelayMs);
    if (signal.aborted) return;
    isReading = true;
    await readAll(true, position);
    isReading = false;
    if (signal.aborted) return;
    onRestart();
    void readChanged();
  }

  return {
    /** Whether changes are or have been followed: an entity that is read from then on does not become out of date unnoticed. */
    get isStarted() {
      return isStarted;
    },

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
