/** Keeps the table current: reads the list, then follows the events and rereads the entities that they affect. */

import { sleep } from './api.js';
import { follow } from './follow.js';
import { readList } from './list-pages.js';
import { readEach } from './read-each.js';
import { batchDelayMs, restAfter } from './rest.js';
import { createVisibleRows } from './visible-rows.js';

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
  const visible = createVisibleRows({ store, request, path });
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
    const startedAt = performance.now();
    for await (const slice of readList({ request, path, position, signal })) {
      if (slice.after === undefined) startFollowing(slice.position, slice.seen);
      const { entities, after, upTo } = slice;
      store.state.table.putPage(entities, after, upTo, isLive, visible.newerThan(slice.position));
      store.update({ ...(!isLive && { loading: store.state.table.size }) });
    }
    visible.onListRead(performance.now() - startedAt, position);
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
    if (isReading) visible.onChange(event.id, event.position, stopping.signal);
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
      if (batch.size > maxSingleReads) {
        for (const change of batch) visible.onChange(...change, stopping.signal);
        await readAll(true, Math.max(...batch.values()));
      } else await readBatch([...batch]);
      restMs = restAfter(performance.now() - startedAt);
    }
    isReading = false;
  }

  /** @param {[import('../contract/ids.js').Id, number][]} reads */
  function readBatch(reads) {
    const onFailure = (/** @type {import('../contract/ids.js').Id} */ id, /** @type {number} */ position) =>
      void (changed.has(id) || changed.set(id, position));
    return readEach({ store, request, path, reads, signal: stopping.signal, onFailure });
  }

  /** Runs `read` after any read in progress. @param {() => Promise<void>} read */
  async function readAlone(read) {
    while (isReading) await sleep(batchDelayMs);
    isReading = true;
    await read();
    isReading = false;
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
    visible.reset();
    await readAlone(async () => {
      if (!signal.aborted) await readAll(true, position);
    });
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
      await readAlone(() => readAll(false));
      store.update({ loading: undefined });
      void readChanged();
    },

    /** Reads the whole list again. */
    async reload() {
      await readAlone(() => readAll(true));
      void readChanged();
    },

    /** Names the rows that are visible. */
    show: visible.show,
    /** Call after the replica was unreachable: the connection may be dead. */
    reconnect: () => feed?.reconnect(),
  };
}
