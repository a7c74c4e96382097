/** The rows of the log, newest first: all positions, or the messages that match the filters. */

import { isFiltered } from './address.js';
import { createPages } from './pages.js';
import { createReadLog } from './read-log.js';
import { createScan } from './scan.js';

/**
 * @typedef {import('./pages.js').LogRow} LogRow
 *
 * Where the rows come from. `advance` reads up to `last`, and resolves with the new head.
 * @typedef {{ advance: (head: number, last: number) => Promise<number> } & (
 *   { kind: 'pages', pages: ReturnType<typeof import('./pages.js').createPages> } |
 *   { kind: 'scan', scan: import('./scan.js').Scan })} Source
 */

/**
 * @param {{ request: import('../api.js').Request, path: string, filter: import('./address.js').LogFilter, first: number, head: number,
 *   signal: AbortSignal, onChange: () => void }} options
 * @returns {Source}
 */
export function openSource({ request, path, filter, first, head, signal, onChange }) {
  const read = createReadLog(request, path, filter);
  if (!isFiltered(filter)) {
    const pages = createPages({ read, signal, onChange });
    return { kind: 'pages', pages, advance: pages.advance };
  }
  const scan = createScan({ read, isOfEntity: filter.id !== '', first, head, signal, onChange });
  void scan.run();
  return { kind: 'scan', scan, advance: (_, last) => scan.advance(last) };
}

/** @param {import('../state.js').Store} store @param {() => Source | undefined} readSource */
export function createRows(store, readSource) {
  const count = () => {
    const { head, first } = store.state.eventLog;
    const source = readSource();
    if (source?.kind === 'scan') return source.scan.matches.length;
    return source === undefined || head === 0 ? 0 : Math.max(0, head - first + 1);
  };

  return {
    count,

    /** @param {number} index @returns {LogRow | undefined} */
    at(index) {
      const source = readSource();
      if (source === undefined || index < 0 || index >= count()) return undefined;
      if (source.kind === 'pages') return source.pages.at(store.state.eventLog.head - index);
      const entry = source.scan.matches[index];
      return entry && { position: entry.position, entry, isLoading: false };
    },

    /** The row at this position, or the next one below it. @param {number} position */
    indexOf(position) {
      const source = readSource();
      if (source?.kind !== 'scan') return Math.max(0, store.state.eventLog.head - position);
      const { matches } = source.scan;
      let [low, high] = [0, matches.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((matches[middle]?.position ?? 0) > position) low = middle + 1;
        else high = middle;
      }
      return low;
    },

    /** Reads these rows if they are not known. @param {number} start @param {number} end exclusive */
    need(start, end) {
      const { head } = store.state.eventLog;
      const source = readSource();
      if (source?.kind === 'scan') source.scan.need(end);
      else if (head > 0 && end > start) source?.pages.need(head - end + 1, head - start);
    },
  };
}

/** @typedef {ReturnType<typeof createRows>} LogRows */
