/** Background work of the console: loads the OpenAPI document, polls the status, and keeps the displayed data current. */

import { sleep } from './api.js';
import { createEntityReader } from './entity.js';
import { createFilter } from './filter.js';
import { createLiveTable } from './live-table.js';
import { createHistoricalTable } from './historical-table.js';
import { readContract } from '../contract/contract.js';
import { createAsk } from './queries.js';
import { createSystem } from './services.js';
import { progressOf, readRoute } from './state.js';
import { createWrites } from './writes.js';

/** Poll interval of the status, in ms. */
const pollMs = 1_000;
/** Number of samples in the charts. */
const maxSamples = 300;
/** Minimum interval in ms between reloads of the table that are caused by followed streams. */
const followedReloadMs = 5_000;

/**
 * @param {import('./state.js').Store} store
 * @param {import('./api.js').Request} request
 */
export async function startSession(store, request) {
  const contract = await loadContract(store, request);
  const entity = createEntityReader({ store, request, contract });
  const filter = createFilter({ store, request, contract });
  const table = createLiveTable({
    store,
    request,
    contract,
    onEvent(event) {
      entity.onEvent(event);
      filter.refresh(event.position);
    },
    onStart: () => showRoute(),
    onRestart() {
      entity.reopen();
      filter.restart();
      void readRejections(store, request, contract.path);
    },
  });
  const historical = createHistoricalTable({ store, request, contract, onTravel: filter.refresh });
  const writes = createWrites({ store, request, contract });
  const system = createSystem({ store, request });

  const showRoute = () => {
    const route = readRoute(location.hash, contract);
    store.update({ route });
    if (route.view === 'entity' && table.isStarted) void entity.open(route.id);
  };
  addEventListener('hashchange', showRoute);
  store.update({ contract });
  showRoute();
  void table.start();
  void pollStatus({
    store,
    request,
    contract,
    onRecovered: table.reconnect,
    onFollowedChange() {
      void table.reload();
      entity.refresh();
    },
  });
  return { entity, historical, filter, writes, system, ask: createAsk(request) };
}

/** @typedef {Awaited<ReturnType<typeof startSession>>} Session */

/** Retries until the service responds. @param {import('./state.js').Store} store @param {import('./api.js').Request} request */
async function loadContract(store, request) {
  for (;;) {
    const response = await request('GET', '/openapi.json');
    store.update({ replica: toReplica(response) });
    if (response.status === 200) return readContract(response.body);
    await sleep(pollMs);
  }
}

/**
 * @param {object} context
 * @param {import('./state.js').Store} context.store
 * @param {import('./api.js').Request} context.request
 * @param {import('../contract/contract.js').Contract} context.contract
 * @param {() => void} context.onRecovered called when the replica responds again
 * @param {() => void} context.onFollowedChange called when displayed data of other services may have changed
 */
async function pollStatus({ store, request, contract: { path }, onRecovered, onFollowedChange }) {
  let reloadedAt = 0;
  let isStale = false;
  for (;;) {
    const response = await request('GET', `${path}/status`);
    const { replica: previousReplica, status: previousStatus, samples } = store.state;
    const replica = toReplica(response);
    if (replica.kind !== 'up') store.update({ replica });
    else {
      if (previousReplica.kind !== 'up' && previousReplica.kind !== 'unknown') onRecovered();
      /** @type {import('./state.js').Status} */
      const status = response.body;
      const sample = toSample(status, previousStatus, samples.at(-1));
      store.update({ replica, status, samples: [...samples.slice(1 - maxSamples), sample] });
      if (previousStatus?.rejected !== status.rejected) await readRejections(store, request, path);
      // Entities display data of other services, whose events are not in the feed.
      isStale ||= previousStatus !== undefined && hasFollowedStreamAdvanced(previousStatus, status);
      if (isStale && Date.now() - reloadedAt > followedReloadMs) {
        reloadedAt = Date.now();
        isStale = false;
        onFollowedChange();
      }
    }
    await sleep(pollMs);
  }
}

/** @param {import('./api.js').ApiResponse} response @returns {import('./state.js').Replica} */
function toReplica({ status, problem }) {
  if (status === 200) return { kind: 'up', detail: '' };
  const detail = problem?.detail ?? '';
  if (status === 0) return { kind: 'unreachable', detail };
  return { kind: status === 503 ? 'starting' : 'failing', detail };
}

/**
 * @param {import('./state.js').Status} status
 * @param {import('./state.js').Status | undefined} previous
 * @param {import('./state.js').Sample | undefined} last
 * @returns {import('./state.js').Sample}
 */
function toSample(status, previous, last) {
  const time = Date.now() / 1000;
  const { applied, lag } = progressOf(status);
  const appliedBefore = previous === undefined ? applied : progressOf(previous).applied;
  return {
    time,
    eventsPerSecond: last === undefined ? 0 : Math.max(0, applied - appliedBefore) / (time - last.time),
    appendMs: status.appends.medianMs,
    lag,
  };
}

/** Whether a stream of another service has advanced. @param {import('./state.js').Status} previous @param {import('./state.js').Status} current */
function hasFollowedStreamAdvanced(previous, { stream, streams }) {
  return Object.entries(streams).some(
    ([name, { applied }]) => name !== stream && previous.streams[name]?.applied !== applied,
  );
}

/** @param {import('./state.js').Store} store @param {import('./api.js').Request} request @param {string} path */
async function readRejections(store, request, path) {
  const { status, body } = await request('GET', `${path}/rejections`);
  if (status === 200) store.update({ rejections: body.toReversed() });
}
