/** The event log: follows its end, or shows a part of it. */

import { sleep } from '../api.js';
import { progressOf } from '../progress.js';
import { isFiltered, isSameFilter, readLogAddress } from './address.js';
import { createExport } from './export.js';
import { emptyLog } from './log-state.js';
import { createPages } from './pages.js';
import { createRates } from './rates.js';
import { createReadLog } from './read-log.js';
import { createRows } from './log-source.js';
import { createScan } from './scan.js';
import { createSelection } from './selection.js';

/** Minimum interval between reads of new messages, in ms. */
const advanceMs = 150;
/** Messages that are read for the rates of the minutes before the page was opened. */
const rateMessages = 5_000;

/**
 * @param {{ store: import('../state.js').Store, request: import('../api.js').Request,
 *   contract: import('../../contract/contract.js').Contract }} context
 */
export function createEventLog({ store, request, contract }) {
  const { path } = contract;
  const readAll = createReadLog(request, path);
  const rates = createRates(contract.eventTypes);
  const selection = createSelection(store, request, path);
  let stopping = new AbortController();
  /** Aborted when another source is opened. */
  let reading = new AbortController();
  /** @type {import('./log-source.js').Source | undefined} */
  let source;
  let isStarted = false;
  let isAdvancing = false;

  /** @param {Partial<import('./log-state.js').EventLog>} change */
  const update = (change) => store.update(({ eventLog }) => ({ eventLog: { ...eventLog, ...change } }));
  const onChange = () => update({});
  const isVisible = () => store.state.route.view === 'log';

  /** @param {number} position */
  function onPosition(position) {
    if (!isStarted || position <= store.state.eventLog.last) return;
    update({ last: position });
    void advance();
  }

  /** Reads what is new while the end of the log is shown. */
  async function advance() {
    if (isAdvancing) return;
    isAdvancing = true;
    for (;;) {
      const { isLive, head, last } = store.state.eventLog;
      if (!isVisible() || !isLive || last <= head || source === undefined) break;
      const { signal } = reading;
      const next = await source.advance(head, last).catch(() => head);
      if (!signal.aborted) update({ head: next });
      await sleep(advanceMs);
    }
    isAdvancing = false;
  }

  /** Shows the log from its end, or from `head`. @param {number} [head] */
  function openAt(head = store.state.eventLog.last) {
    const { address, first } = store.state.eventLog;
    const { filter } = address;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    if (isFiltered(filter)) {
      const read = createReadLog(request, path, filter);
      const scan = createScan({ read, isOfEntity: filter.id !== '', first, head, signal, onChange });
      source = { kind: 'scan', scan, advance: (_, last) => scan.advance(last) };
      void scan.run();
    } else {
      const pages = createPages({ read: readAll, signal, onChange });
      source = { kind: 'pages', pages, advance: pages.advance };
    }
    update({ head: isFiltered(filter) ? head : 0 });
  }

  /** @param {string} at a position or a time */
  async function jump(at) {
    const { signal } = stopping;
    const isPosition = /^\d+$/.test(at);
    const problemOf = (/** @type {Error} */ { message }) => update({ problem: message, isLoading: false });
    const part = isPosition ? undefined : await readAll({ at, limit: 1 }, signal).catch(problemOf);
    if (signal.aborted || (!isPosition && part === undefined)) return;
    const { first, last } = store.state.eventLog;
    const wanted = isPosition ? Number(at) : (part?.entries[0]?.position ?? last);
    const position = Math.max(first, Math.min(last, wanted));
    const { address } = store.state.eventLog;
    if (isFiltered(address.filter)) openAt(position);
    else update({ head: last });
    update({ isLive: false, isPaused: true, selected: position, target: { position } });
    if (address.isOpen) selection.open(position);
  }

  async function start() {
    stopping.abort();
    reading.abort();
    stopping = new AbortController();
    source = undefined;
    const { signal } = stopping;
    const { address } = store.state.eventLog;
    update({ ...emptyLog, address, last: store.state.eventLog.last });
    const beginning = await readAll({ from: 1, limit: 1 }, signal);
    if (beginning === undefined) return;
    const last = Math.max(beginning.last, progressOf(store.state.status).applied);
    update({ first: beginning.entries[0]?.position ?? last + 1, last, isLoading: false });
    openAt();
    if (!isStarted) void readRates(last);
    isStarted = true;
    if (address.at !== '') await jump(address.at);
    void advance();
  }

  /** @param {number} last */
  async function readRates(last) {
    const part = await readAll({ from: Math.max(1, last - rateMessages + 1), to: last, limit: rateMessages });
    for (const { event, time, rejected } of part?.entries ?? []) {
      if (event !== undefined && rejected === undefined) rates.add(event.type, Date.parse(time), Date.now());
    }
    update({});
  }

  store.subscribe(() => onPosition(progressOf(store.state.status).applied));

  return {
    rows: createRows(store, () => source),
    selection,
    exports: createExport(store, request, contract),
    rates: () => rates.list(Date.now()),
    scan: () => (source?.kind === 'scan' ? source.scan : undefined),

    /** Shows what the address says. @param {string} query */
    open(query) {
      const address = readLogAddress(query);
      const { address: previous } = store.state.eventLog;
      update({ address, problem: undefined });
      if (!isStarted || !isSameFilter(previous.filter, address.filter)) void start();
      else if (address.at === '' && previous.at !== '') resume();
      else if (address.at !== '' && (previous.at !== address.at || previous.isOpen !== address.isOpen))
        void jump(address.at);
      else void advance();
    },
    /** Starts again after the stream was replaced. */
    restart() {
      update({ last: 0 });
      if (isStarted) void start();
    },
    /** @param {import('../follow.js').LiveEvent} event */
    onEvent({ position, event }) {
      const now = Date.now();
      rates.add(event.type, now, now);
      onPosition(position);
    },
    /** Stops adding new messages at the top. @param {boolean} isPaused whether until it is resumed, not only until the top is shown */
    pause(isPaused) {
      update({ isLive: false, isPaused });
    },
    resume,
  };

  /** Shows the end of the log, and what is new from then on. */
  function resume() {
    if (source?.kind === 'scan' && !source.scan.isNear(store.state.eventLog.last)) openAt();
    selection.leave();
    update({ isLive: true, isPaused: false, target: { position: Infinity } });
    void advance();
  }
}
