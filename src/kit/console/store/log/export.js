/** Exports a range of the log, with the filters, as a file. */

import { createReadLog } from './read-log.js';
import { csvHeader, toCsvLine } from './csv.js';

/**
 * @typedef {'ndjson' | 'csv'} Format
 *
 * @typedef {object} LogExport
 * @property {Format} format
 * @property {number} from
 * @property {number} to
 * @property {number} position up to here, the log was read
 * @property {number} found
 * @property {'running' | 'cancelled' | 'done' | 'failed'} status
 * @property {string | undefined} problem
 */

/** Messages of a request. */
const requestLimit = 10_000;

const formats = {
  ndjson: {
    type: 'application/x-ndjson',
    header: '',
    toLine: (/** @type {import('./read-log.js').LogEntry} */ entry) => `${JSON.stringify(entry)}\n`,
  },
  csv: { type: 'text/csv;charset=utf-8', header: csvHeader, toLine: toCsvLine },
};

/**
 * @param {import('../state.js').Store} store
 * @param {import('../api.js').Request} request
 * @param {import('../../contract/contract.js').Contract} contract
 */
export function createExport(store, request, { name, path }) {
  let stopping = new AbortController();

  /** @param {Partial<LogExport>} change */
  const update = (change) =>
    store.update(({ eventLog }) => ({
      eventLog: { ...eventLog, exported: eventLog.exported && { ...eventLog.exported, ...change } },
    }));

  return {
    /** @param {Format} format @param {{ from: number, to: number }} range @param {import('./address.js').LogFilter} filter */
    async start(format, { from, to }, filter) {
      stopping.abort();
      stopping = new AbortController();
      const { signal } = stopping;
      const { type, header, toLine } = formats[format];
      const read = createReadLog(request, path, filter);
      /** @type {LogExport} */
      const started = {
        format,
        from,
        to,
        position: from - 1,
        found: 0,
        status: 'running',
        problem: undefined,
      };
      store.update(({ eventLog }) => ({ eventLog: { ...eventLog, exported: started } }));
      // The browser may keep a blob on disk, so the parts are not held in the memory of the page.
      let content = new Blob([header], { type });
      let found = 0;
      try {
        /** @type {number | undefined} */
        let next = from;
        while (next !== undefined && next <= to) {
          const part = await read({ from: next, to, limit: requestLimit }, signal);
          if (part === undefined) return;
          content = new Blob([content, part.entries.map(toLine).join('')], { type });
          found += part.entries.length;
          next = part.next;
          update({ position: next === undefined ? to : part.to, found });
        }
      } catch (error) {
        update({ status: 'failed', problem: error instanceof Error ? error.message : String(error) });
        return;
      }
      save(content, `${name}-log-${from}-${to}.${format}`);
      update({ status: 'done' });
    },

    cancel() {
      stopping.abort();
      update({ status: 'cancelled' });
    },
  };
}

/** @param {Blob} content @param {string} name */
function save(content, name) {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has to have started.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
