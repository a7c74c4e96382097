/** Background work of the console: loads the OpenAPI document, polls the status, and keeps the displayed data current. */

import { sleep } from './api.js';
import { createEventLog } from './log/event-log.js';
import { createEntityReader } from './entity.js';
import { createFilter } from './filter.js';
import { createLiveTable } from './live-table.js';
import { createHistoricalTable } from './historical-table.js';
import { createImports } from '../import/send/run-import.js';
import { readContract } from '../contract/contract.js';
import { createAsk } from './queries.js';
import { createSampleData } from './sample-data.js';
import { createSystem } from './services.js';
import { pollStatus, readRejections, toReplica } from './poll-status.js';
import { readRoute } from './state.js';
import { createWrites } from './writes.js';

/** Delay before the OpenAPI document is requested again, in ms. */
const retryMs = 1_000;

/**
 * @param {import('./state.js').Store} store
 * @param {import('./api.js').Request} request
 */
export async function startSession(store, request) {
  const contract = await loadContract(store, request);
  const entity = createEntityReader({ store, request, contract });
  const log = createEventLog({ store, request, contract });
  const filter = createFilter({ store, request, contract });
  const table = createLiveTable({
    store,
    request,
    contract,
    onEvent(event) {
      entity.onEvent(event);
      log.onEvent(event);
      filter.refresh(event.position);
    },
    onStart: () => showRoute(),
    onRestart() {
      entity.reopen();
      log.restart();
      filter.restart();
      void readRejections(store, request, contract.path);
    },
  });
  const historical = createHistoricalTable({ store, request, contract, onTravel: filter.refresh });
  const writes = createWrites({ store, request, contract });
  const runImport = createImports({ store, request, contract });
  const system = createSystem({ store, request });

  const showRoute = () => {
    const route = readRoute(location.hash, contract);
    store.update({ route });
    if (route.view === 'entity' && table.isStarted) void entity.open(route.id);
    if (route.view === 'log') log.open(route.query);
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
  const addSamples = createSampleData({ store, request, contract });
  return { entity, log, historical, filter, writes, runImport, system, addSamples, ask: createAsk(request) };
}

/** @typedef {Awaited<ReturnType<typeof startSession>>} Session */

/** Retries until the service responds. @param {import('./state.js').Store} store @param {import('./api.js').Request} request */
async function loadContract(store, request) {
  for (;;) {
    const response = await request('GET', '/openapi.json');
    store.update({ replica: toReplica(response) });
    if (response.status === 200) return readContract(response.body);
    await sleep(retryMs);
  }
}
