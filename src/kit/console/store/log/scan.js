/** The filtered log: searches it from a position down, in steps, and after it for new messages. */

/**
 * `waiting`: enough was found for what is visible.
 * @typedef {'running' | 'waiting' | 'cancelled' | 'done'} ScanStatus
 */

/** Positions of a step, and messages of a request. A step of one entity may skip all others. */
const stepPositions = 10_000;
const entityPositions = 1_000_000;
const requestLimit = 10_000;
/** If the end of the log is further away, the search starts again there. */
const maxAdvance = 50_000;
/** Matches that are found before anything is visible. */
const firstMatches = 200;

/**
 * @param {object} options
 * @param {import('./read-log.js').ReadLog} options.read
 * @param {boolean} options.isOfEntity whether only messages of one entity are searched
 * @param {number} options.first first position of the stream
 * @param {number} options.head where the search starts
 * @param {AbortSignal} options.signal
 * @param {() => void} options.onChange
 */
export function createScan({ read, isOfEntity, first, head, signal, onChange }) {
  /** Newest first. @type {import('./read-log.js').LogEntry[]} */
  let matches = [];
  /** The lowest position that was examined. */
  let low = head + 1;
  let end = head;
  let wanted = firstMatches;
  /** @type {ScanStatus} */
  let status = 'waiting';
  /** @type {string | undefined} */
  let problem;

  /** Newest first; undefined once the signal is aborted. @param {number} from @param {number} to */
  async function readRange(from, to) {
    const found = [];
    /** @type {number | undefined} */
    let next = from;
    while (next !== undefined) {
      const part = await read({ from: next, to, limit: requestLimit }, signal);
      if (part === undefined) return undefined;
      found.push(...part.entries);
      next = part.next;
    }
    return found.toReversed();
  }

  async function run() {
    if (status === 'running' || status === 'done') return;
    status = 'running';
    try {
      while (status === 'running' && low > first && matches.length < wanted) {
        const from = Math.max(first, low - (isOfEntity ? entityPositions : stepPositions));
        const found = await readRange(from, low - 1);
        if (found === undefined) return;
        matches = [...matches, ...found];
        low = from;
        onChange();
      }
      if (low <= first) status = 'done';
      else if (status === 'running') status = 'waiting';
    } catch (error) {
      status = 'cancelled';
      problem = error instanceof Error ? error.message : String(error);
    }
    onChange();
  }

  return {
    get matches() {
      return matches;
    },
    /** The progress of the search. */
    get progress() {
      return { status, problem, examined: end - low + 1, total: Math.max(0, end - first + 1) };
    },
    run,
    /** Searches for as many matches again. */
    resume() {
      wanted = matches.length + firstMatches;
      void run();
    },
    cancel() {
      if (status === 'running') status = 'cancelled';
      onChange();
    },

    /** Searches on until there are as many matches. @param {number} count */
    need(count) {
      wanted = Math.max(wanted, count + firstMatches / 2);
      if (status === 'waiting' && matches.length < wanted) void run();
    },

    /** Searches new messages. Resolves with the last position that was examined. @param {number} last */
    async advance(last) {
      const found = await readRange(end + 1, last);
      if (found === undefined) return end;
      matches = [...found, ...matches];
      end = last;
      return end;
    },
    /** Whether the messages up to `last` can be searched in a short time. @param {number} last */
    isNear: (last) => last - end <= maxAdvance,
  };
}

/** @typedef {ReturnType<typeof createScan>} Scan */
