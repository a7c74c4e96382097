/** The rows of a file as they would be sent. */

import { readFileRows } from '../read/file-rows.js';
import { toReason, toRowInput } from './row-input.js';

/**
 * @typedef {import('./row-input.js').RowInput & { readonly line: number, readonly reason: string | undefined,
 *   readonly original: import('../send/rejected-text.js').Original | undefined }} PreparedRow `reason`: why it cannot be imported
 *
 * What an import reads: the fields of the command, and the columns for them.
 * @typedef {{ readonly content: import('../read/file-content.js').Content, readonly fields: readonly import('./column-mapping.js').Field[],
 *   readonly mapping: import('./column-mapping.js').Mapping }} Plan
 *
 * @typedef {{ rows: number, invalid: number, shown: readonly PreparedRow[] }} Check
 */

/** Number of rows that a preview shows: the first ones, and the first that cannot be imported. */
const shownRows = 5;

/** @param {Plan} plan @returns {AsyncGenerator<PreparedRow, void>} */
export async function* prepareRows({ content, fields, mapping }) {
  const { rows } = await readFileRows(content);
  for await (const row of rows) {
    const { line, original } = row;
    if ('error' in row) {
      yield { line, original, reason: row.error, body: {}, complaints: {} };
      continue;
    }
    const input = toRowInput(fields, mapping, row.valueOf);
    yield { line, original, reason: toReason(input.complaints) || undefined, ...input };
  }
}

/**
 * Reads the whole file without sending anything. Calls `onRows` with the first rows, and with the result.
 *
 * @param {Plan} plan @param {AbortSignal} signal @param {(check: Check, isComplete: boolean) => void} onRows
 */
export async function checkRows(plan, signal, onRows) {
  /** @type {PreparedRow[]} */
  const shown = [];
  let [rows, invalid, shownInvalid] = [0, 0, 0];
  for await (const row of prepareRows(plan)) {
    if (signal.aborted) return;
    rows += 1;
    if (row.reason !== undefined) invalid += 1;
    const isBad = row.reason !== undefined && shownInvalid < shownRows;
    if (rows <= shownRows || isBad) shown.push(row);
    if (isBad) shownInvalid += 1;
    if (rows === shownRows) onRows({ rows, invalid, shown: [...shown] }, false);
  }
  if (!signal.aborted) onRows({ rows, invalid, shown }, true);
}
