/** What the page does by itself: finds out what its service is, watches how it is, and keeps what is shown up to date. */

import { createEntityReader } from './entity.js';
import { createLiveTable } from './live-table.js';
import { createPastTable } from './past-table.js';
import { readContract } from './contract.js';
import { progressOf, readRoute } from './state.js';
import { createWrites } from './writes.js';

/** Milliseconds between two looks at the status. */
const lookMs = 1_000;
/** How many looks are kept for the charts. */
const keptSamples = 300;
/** Milliseconds between two readings of all rows because a followed stream went on. */
const joinedMs = 5_000;

/** @param {number} milliseconds */
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {import('./state.js').Store} store
 * @param {import('./api.js').Request} request
 */
export async function startSession(store, request) {
  const contract = await findContract(store, request);
  const entity = createEntityReader({ store, request, contract });
  const table = createLiveTable({ store, request, contract, onEvent: entity.onEvent });
  const past = createPastTable({ store, request, contract });
  const writes = createWrites({ store, request, contract });

  const showRoute = () => {
    const route = readRoute(location.hash);
    store.update({ route });
    if (route.view === 'entity') void entity.open(route.id);
  };
  addEventListener('hashchange', showRoute);
  store.update({ contract });
  showRoute();
  void table.start();
  void watch({
    store,
    request,
    contract,
    onBack: table.reopen,
    onJoined() {
      void table.reload();
      entity.refresh();
    },
  });
  return { entity, past, writes };
}

/** @typedef {Awaited<ReturnType<typeof startSession>>} Session */

/** Asks until the service answers. @param {import('./state.js').Store} store @param {import('./api.js').Request} request */
async function findContract(store, request) {
  for (;;) {
    const answer = await request('GET', '/openapi.json');
    store.update({ replica: judge(answer) });
    if (answer.status === 200) return readContract(answer.body);
    await sleep(lookMs);
  }
}

/**
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {import('./contract.js').Contract} context.contract
 * @param {() => void} context.onBack called when the replica answers again
 * @param {() => void} context.onJoined called when what is shown of other services' entities may have changed
 */
async function watch({ store, request, contract: { path }, onBack, onJoined }) {
  let joinedAt = 0;
  let isJoinedStale = false;
  for (;;) {
    const answer = await request('GET', `${path}/status`);
    const { replica: before, status: known, samples } = store.state;
    const replica = judge(answer);
    if (replica.kind !== 'up') store.update({ replica });
    else {
      if (before.kind === 'gone' || before.kind === 'starting') onBack();
      /** @type {import('./state.js').Status} */
      const status = answer.body;
      const sample = sampleOf(status, known, samples.at(-1));
      store.update({ replica, status, samples: [...samples.slice(1 - keptSamples), sample] });
      if (known?.rejected !== status.rejected) await readRejections(store, request, path);
      // Other services' entities are shown here, but their events are not among those that are followed.
      isJoinedStale ||= known !== undefined && hasJoined(known, status);
      if (isJoinedStale && Date.now() - joinedAt > joinedMs) {
        joinedAt = Date.now();
        isJoinedStale = false;
        onJoined();
      }
    }
    await sleep(lookMs);
  }
}

/** @param {import('./api.js').Answer} answer @returns {import('./state.js').Replica} */
function judge({ status, problem }) {
  if (status === 200) return { kind: 'up', detail: '' };
  const detail = problem?.detail ?? '';
  return { kind: status === 503 ? 'starting' : 'gone', detail };
}

/**
 * @param {import('./state.js').Status} status
 * @param {import('./state.js').Status | undefined} known
 * @param {import('./state.js').Sample | undefined} last
 * @returns {import('./state.js').Sample}
 */
function sampleOf(status, known, last) {
  const time = Date.now() / 1000;
  const { applied, lag } = progressOf(status);
  const before = known === undefined ? applied : progressOf(known).applied;
  return {
    time,
    eventsPerSecond: last === undefined ? 0 : Math.max(0, applied - before) / (time - last.time),
    appendMs: status.appends.medianMs,
    lag,
  };
}

/** Whether a stream that the service follows went on. @param {import('./state.js').Status} known @param {import('./state.js').Status} now */
function hasJoined(known, { stream, streams }) {
  return Object.entries(streams).some(
    ([name, { applied }]) => name !== stream && known.streams[name]?.applied !== applied,
  );
}

/** @param {import('./state.js').Store} store @param {import('./api.js').Request} request @param {string} path */
async function readRejections(store, request, path) {
  const { status, body } = await request('GET', `${path}/rejections`);
  if (status === 200) store.update({ rejections: body.toReversed() });
}
