/** The unfiltered log: a row for every position. Pages are read when they become visible. */

/**
 * `to`: up to this position the page was read.
 * @typedef {{ to: number, entries: Map<number, import('./read-log.js').LogEntry>, usedAt: number }} CachedPage
 *
 * A position: its message, none, or not known yet.
 * @typedef {{ position: number, entry: import('./read-log.js').LogEntry | undefined, isLoading: boolean }} LogRow
 */

/** Positions of a page. */
const pageSize = 100;
/** Maximum number of pages in memory. */
const maxPages = 60;
/** If the end of the log is further away, the positions in between are read when they become visible. */
const maxAdvance = 500;

/** @param {number} position */
const pageOf = (position) => Math.floor((position - 1) / pageSize);

/** @param {{ read: import('./read-log.js').ReadLog, signal: AbortSignal, onChange: () => void }} options */
export function createPages({ read, signal, onChange }) {
  /** @type {Map<number, CachedPage>} */
  const pages = new Map();
  let uses = 0;
  let isReading = false;
  let wanted = { low: 1, high: 0 };

  /** @param {import('./read-log.js').LogPage} part which begins with a page, or where its page was read up to */
  function put({ from, to, entries }) {
    for (let index = pageOf(from); index <= pageOf(to); index++) {
      const start = index * pageSize + 1;
      const page = pages.get(index) ?? { to: start - 1, entries: new Map(), usedAt: uses };
      if (from > page.to + 1) continue;
      page.to = Math.max(page.to, Math.min(to, start + pageSize - 1));
      pages.set(index, page);
    }
    for (const entry of entries) pages.get(pageOf(entry.position))?.entries.set(entry.position, entry);
    evict();
  }

  function evict() {
    const oldest = [...pages].toSorted(([, one], [, other]) => one.usedAt - other.usedAt);
    for (const [index] of oldest.slice(0, Math.max(0, pages.size - maxPages))) pages.delete(index);
  }

  /** The first of the wanted positions that is not read, and the end of its page; the newest page first. */
  function findMissing() {
    for (let index = pageOf(wanted.high); index >= pageOf(wanted.low); index--) {
      const from = (pages.get(index)?.to ?? index * pageSize) + 1;
      const to = Math.min(wanted.high, (index + 1) * pageSize);
      if (from <= to) return { from, to: (index + 1) * pageSize };
    }
    return undefined;
  }

  async function readMissing() {
    if (isReading) return;
    isReading = true;
    try {
      await readRanges();
    } finally {
      isReading = false;
    }
  }

  async function readRanges() {
    for (let range = findMissing(); range !== undefined; range = findMissing()) {
      const part = await read({ ...range, limit: pageSize }, signal);
      if (part === undefined) return;
      // Beyond the end of the log of this replica: another one has to be asked, or this one later.
      if (part.to < part.from) break;
      put(part);
      onChange();
    }
  }

  return {
    /** @param {number} position @returns {LogRow} */
    at(position) {
      const page = pages.get(pageOf(position));
      if (page !== undefined) page.usedAt = uses += 1;
      const isLoading = page === undefined || position > page.to;
      return { position, entry: page?.entries.get(position), isLoading };
    },

    /** Reads these positions if they are not known. @param {number} low @param {number} high */
    need(low, high) {
      wanted = { low: Math.max(1, low), high };
      void readMissing();
    },

    /**
     * Reads the positions after `head`, so that they can be shown. Resolves with the new head.
     *
     * @param {number} head 0: none was read
     * @param {number} last
     */
    async advance(head, last) {
      const isNear = head > 0 && last - head <= maxAdvance;
      const from = isNear ? head + 1 : pageOf(last) * pageSize + 1;
      const part = await read({ from, to: last, limit: maxAdvance }, signal);
      if (part === undefined || part.to < part.from) return head;
      put(part);
      return Math.max(head, part.to);
    },
  };
}
