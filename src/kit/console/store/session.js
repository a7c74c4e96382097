/** Background work of the console: loads the OpenAPI document, polls the status, and keeps the displayed data current. */

import { readRoute } from './address.js';
import { createAddressWriter } from './address-writer.js';
import { sleep } from './api.js';
import { createEventLog } from './log/event-log.js';
import { createComparison } from './table-comparison.js';
import { createEntityReader } from './entity.js';
import { followTimeline } from './follow-timeline.js';
import { createFilter } from './filter.js';
import { createLiveTable } from './live-table.js';
import { createHistoricalTable } from './historical-table.js';
import { createImports } from '../import/send/run-import.js';
import { createMoment } from './moment.js';
import { readContract } from '../contract/contract.js';
import { createAsk } from './queries.js';
import { createSampleData } from './sample-data.js';
import { createSystem } from './services.js';
import { pollStatus, readRejections, toReplica } from './poll-status.js';
import { createWrites } from './writes.js';

/** Delay before the OpenAPI document is requested again, in ms. */
const retryMs = 1_000;

/**
 * @param {import('./state.js').Store} store
 * @param {import('./api.js').Request} request
 */
export async function startSession(store, request) {
  const contract = await loadContract(store, request);
  const address = createAddressWriter();
  const entity = createEntityReader({ store, request, contract });
  const log = createEventLog({ store, request, contract, address });
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

  /** Shows the moment of the route. @param {import('./state.js').Route} route */
  const showMoment = ({ view, id, asOf }) => {
    if (view === 'table') historical.travel(asOf);
    if (view === 'entity') entity.travel(id, asOf);
  };
  const moment = createMoment({ store, address, onChange: showMoment });
  const showRoute = () => {
    const { route: previous } = store.state;
    const route = readRoute(location.hash, contract);
    address.onRead();
    store.update({ route });
    const isOpen = previous.view === 'entity' && store.state.entity?.id === route.id;
    if (route.view === 'entity' && table.isStarted && !isOpen) void entity.open(route.id);
    if (route.view === 'log') log.open(route.query ?? '');
    showMoment(route);
  };
  addEventListener('hashchange', showRoute);
  store.update({ contract });
  showRoute();
  void table.start();
  void followTimeline({ store, request, contract });
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
  const compare = createComparison();
  const addSamples = createSampleData({ store, request, contract });
  return {
    entity,
    log,
    moment,
    compare,
    filter,
    writes,
    runImport,
    system,
    addSamples,
    showRows: table.show,
    ask: createAsk(request),
  };
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
