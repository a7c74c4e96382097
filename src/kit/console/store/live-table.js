/** Keeps the table at the present: reads the list, then follows the events and reads again what they are about. */

import { nextPage, positionOf } from './api.js';
import { follow } from './follow.js';

/** How many of the events before the list's position the log begins with. */
const earlierEvents = 200;
/** How many events the log keeps. */
const keptEvents = 1_000;
/** Rows in the first page, which is shown at once, and in the others. */
const firstPage = 1_000;
const fullPage = 10_000;
/** Changed rows that are read one by one; more than that, and the list is quicker. */
const fewRows = 20;
const concurrency = 6;
/** Milliseconds in which changes gather before they are read, and before a failed reading is tried again. */
const gatheringMs = 100;
const retryMs = 1_000;

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {{ store: import('./state.js').Store, request: import('./api.js').Request,
 *   contract: import('./contract.js').Contract, onEvent: (event: import('./follow.js').LiveEvent) => void }} context
 */
export function createLiveTable({ store, request, contract, onEvent }) {
  const { path } = contract;
  /** Changed entities, each with the position that its reading has to show. @type {Map<number, number>} */
  let changed = new Map();
  let isReading = false;
  /** The position that the list was read at: what came before is in it. */
  let listed = 0;
  /** @type {import('./follow.js').Following | undefined} */
  let following;

  /**
   * Reads the whole list. Every page shows at least what the first one did, also through other replicas.
   *
   * @param {boolean} isLive whether the reader should notice what differs
   * @param {number} position the first page shows at least that
   */
  async function readAll(isLive, position = 0) {
    let after = 0;
    let least = position;
    for (;;) {
      const limit = after === 0 ? firstPage : fullPage;
      const answer = await request('GET', `${path}?limit=${limit}&after=${after}`, {
        headers: { 'Wait-For-Position': String(least) },
      });
      if (answer.problem !== undefined) {
        await sleep(retryMs);
        continue;
      }
      if (after === 0) {
        least = positionOf(answer);
        begin(least);
      }
      const upTo = nextPage(answer) === undefined ? Infinity : (answer.body.at(-1)?.id ?? Infinity);
      store.state.table.putPage(answer.body, after, upTo, isLive);
      store.update({ ...(!isLive && { loading: store.state.table.size }) });
      if (upTo === Infinity) return;
      after = upTo;
    }
  }

  /** @param {number} position */
  function begin(position) {
    if (following !== undefined) return;
    listed = position;
    following = follow(`${path}/events`, Math.max(0, position - earlierEvents), {
      event: take,
      reset: () => void reload(),
      connection: (isFollowing) => store.update({ isFollowing }),
    });
  }

  /** @param {import('./follow.js').LiveEvent} event */
  function take(event) {
    store.update({ log: [event, ...store.state.log.slice(0, keptEvents - 1)] });
    if (event.position <= listed) return;
    changed.set(event.id, event.position);
    void readChanged();
    onEvent(event);
  }

  async function readChanged() {
    if (isReading) return;
    isReading = true;
    while (changed.size > 0) {
      await sleep(gatheringMs);
      const wanted = changed;
      changed = new Map();
      if (wanted.size > fewRows) await readAll(true, Math.max(...wanted.values()));
      else await readFew([...wanted]);
    }
    isReading = false;
  }

  /** @param {[number, number][]} wanted */
  async function readFew(wanted) {
    const readNext = async () => {
      for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
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

  /** Reads everything again, once what is being read has come. */
  async function reload() {
    while (isReading) await sleep(gatheringMs);
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
    /** After the replica was gone: its connection may hang. */
    reopen: () => following?.reopen(),
  };
}
