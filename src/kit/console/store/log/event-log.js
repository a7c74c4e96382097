/** The event log: follows its end, or shows a part of it. */

import { sleep } from '../api.js';
import { isFiltered, isSameFilter, readLogAddress } from './address.js';
import { createExport } from './export.js';
import { createRows, openSource } from './log-source.js';
import { emptyLog, watchPosition } from './log-state.js';
import { findPosition } from './place.js';
import { addEarlier, createRates } from './rates.js';
import { createReadLog } from './read-log.js';
import { createSelection } from './selection.js';

/** Minimum interval between reads of new messages, in ms. */
const advanceMs = 150;

/**
 * @param {{ store: import('../state.js').Store, request: import('../api.js').Request,
 *   contract: import('../../contract/contract.js').Contract, address: import('../address-writer.js').AddressWriter }} context
 */
export function createEventLog({ store, request, contract, address: writer }) {
  const { path } = contract;
  const readAll = createReadLog(request, path);
  const rates = createRates(contract.eventTypes);
  const selection = createSelection({ store, request, path, writer });
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
  const onProblem = (/** @type {Error} */ { message }) => update({ problem: message });

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
      if (store.state.route.view !== 'log' || !isLive || last <= head || source === undefined) break;
      const { signal } = reading;
      // A filter that is not accepted: the search has said so.
      const next = await source.advance(head, last).catch(() => undefined);
      if (next === undefined) break;
      if (!signal.aborted) update({ head: next });
      await sleep(advanceMs);
    }
    isAdvancing = false;
  }

  /** Shows the log from its end, or from `head`. @param {number} [head] */
  function openAt(head = store.state.eventLog.last) {
    const { address, first } = store.state.eventLog;
    reading.abort();
    reading = new AbortController();
    const options = { request, path, filter: address.filter, first, head, onChange };
    source = openSource({ ...options, signal: reading.signal });
    update({ head: source.kind === 'scan' ? head : 0 });
  }

  /** @param {string} at a position or a time */
  async function jump(at) {
    const { signal } = stopping;
    const position = await findPosition(readAll, at, signal).catch(onProblem);
    if (position === undefined || signal.aborted) return;
    const { first, last, address } = store.state.eventLog;
    const shown = Math.max(first, Math.min(last, position));
    if (isFiltered(address.filter)) openAt(shown);
    else update({ head: last });
    update({ isLive: false, isPaused: true, selected: shown, target: { position: shown } });
    if (address.isOpen) selection.open(shown);
  }

  async function start() {
    stopping.abort();
    reading.abort();
    stopping = new AbortController();
    source = undefined;
    const { signal } = stopping;
    const { address, panel, exported } = store.state.eventLog;
    update({ ...emptyLog, address, panel, exported });
    const beginning = await readAll({ from: 1, limit: 1 }, signal);
    if (beginning === undefined) return;
    const { last } = beginning;
    update({ first: beginning.entries[0]?.position ?? last + 1, last, isLoading: false });
    openAt();
    if (!isStarted) void addEarlier(rates, readAll, last).then(onChange);
    isStarted = true;
    if (address.at !== '') await jump(address.at);
    void advance();
  }

  const polled = watchPosition(store, onPosition);

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
      polled.skip();
      if (isStarted) void start();
    },
    /** @param {import('../follow.js').LiveEvent} event */
    onEvent({ position, event }) {
      rates.add(event.type);
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
