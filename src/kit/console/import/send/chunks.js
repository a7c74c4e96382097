/** @typedef {import('../map/prepared-rows.js').PreparedRow} PreparedRow */

/** Rows and characters of a request, far below the limits of the service, so that the progress is visible. */
export const maxRows = 500;
const maxLength = 256 * 1024;

/**
 * Collects the rows that can be sent, and rejects the others.
 *
 * @param {AsyncIterable<PreparedRow>} rows @param {{ readonly rows: number }} limits @param {(row: PreparedRow, reason: string) => void} reject
 */
export async function* toChunks(rows, limits, reject) {
  /** @type {PreparedRow[]} */
  let chunk = [];
  let length = 0;
  for await (const row of rows) {
    if (row.reason !== undefined) {
      reject(row, row.reason);
      continue;
    }
    chunk.push(row);
    length += JSON.stringify(row.body).length;
    if (chunk.length < limits.rows && length < maxLength) continue;
    yield chunk;
    [chunk, length] = [[], 0];
  }
  if (chunk.length > 0) yield chunk;
}
