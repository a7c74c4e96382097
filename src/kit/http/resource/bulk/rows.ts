import { Problem } from '../../../domain/problem.ts';

/** A line that is not blank. Lines are counted from 1. */
export type Row = { readonly row: number; readonly bytes: Uint8Array };

const lineFeed = 0x0a;
/** The white space of JSON: tab, line feed, carriage return, space. */
const blanks: ReadonlySet<number> = new Set([0x09, lineFeed, 0x0d, 0x20]);

/** @throws Problem `malformed` if there is no row, `too-large` if there are more than `maxRows`. */
export function splitRows(bytes: Uint8Array, maxRows: number): Row[] {
  const rows: Row[] = [];
  for (let row = 1, start = 0; start < bytes.length; row++) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (line.some((byte) => !blanks.has(byte))) rows.push({ row, bytes: line });
    if (rows.length > maxRows) {
      throw new Problem(
        'too-large',
        `The body has more than ${maxRows} rows, the maximum. Nothing was added. Send several requests, each with a key of its own.`,
      );
    }
    start = end + 1;
  }
  if (rows.length > 0) return rows;
  throw new Problem('malformed', 'The body has no rows. Send one JSON object in each line.');
}

/**
 * Runs `task` for each item, at most `concurrency` at once, and yields the results in the order of the items. No further
 * tasks are started while nobody takes results.
 */
export async function* runInOrder<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  task: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const running: Promise<Result>[] = [];
  for (const item of items) {
    running.push(task(item));
    const [first] = running;
    if (running.length < concurrency || first === undefined) continue;
    yield await first;
    void running.shift();
  }
  for (const result of running) yield await result;
}
