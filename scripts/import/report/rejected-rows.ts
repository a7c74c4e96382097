/** Writes the rows that were not stored to a file beside the imported one, ready to be corrected and imported. */

import { appendFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { messageOf } from '../../../src/kit/domain/error-message.ts';
import { rejectedColumns } from '../columns/rejected-columns.ts';
import type { Original } from '../formats/rows.ts';

export type RejectedRows = {
  add(original: Original, line: number, reason: string): void;
  /** Completes the file. Returns its path; undefined if no row was added. @throws Error if it cannot be written. */
  close(): string | undefined;
};

/** Spreadsheets open a CSV file as UTF-8 only if it begins with this mark. */
const byteOrderMark = '\uFEFF';

/** Number of characters that are collected before they are written. */
const bufferLength = 64 * 1024;

/**
 * Rows of a table are written as CSV with the columns of the original, and rows of a JSON file as NDJSON. The values are those of
 * the file: nothing is added before a `=`, because it would be imported.
 *
 * @param file the imported file; `-` is standard input, whose rows are written to the current folder.
 */
export function createRejectedRows(file: string): RejectedRows {
  let path: string | undefined;
  let pending = '';
  let failure: unknown;

  function flush() {
    if (path === undefined || failure !== undefined) return;
    try {
      appendFileSync(partOf(path), pending);
    } catch (error) {
      failure = error;
    }
    pending = '';
  }

  /** Begins a file. Rows of the previous import may be in it until the end, because it may be imported now. */
  function open(original: Original) {
    path = `${file === '-' ? 'stdin' : file}.rejected.${'cells' in original ? 'csv' : 'ndjson'}`;
    rmSync(partOf(path), { force: true });
    if ('cells' in original) pending = byteOrderMark + formatCsv(headerOf(original), original.delimiter);
  }

  return {
    add(original, line, reason) {
      if (path === undefined) open(original);
      pending += formatRow(original, line, reason);
      if (pending.length >= bufferLength) flush();
    },
    close() {
      if (path === undefined) return undefined;
      flush();
      if (failure !== undefined)
        throw new Error(`the rejected rows could not be written: ${messageOf(failure)}`, { cause: failure });
      // A person may have corrected rows in it.
      if (existsSync(path)) renameSync(path, `${path}.bak`);
      renameSync(partOf(path), path);
      return path;
    },
  };
}

const partOf = (path: string) => `${path}.part`;

type TableOriginal = Extract<Original, { readonly cells: readonly string[] }>;

/** The added columns come first, so that they are in their place even if a row has too many fields. */
function headerOf({ columns }: TableOriginal): string[] {
  return [
    rejectedColumns.line,
    rejectedColumns.reason,
    ...columns.filter((_, index) => !isAdded(columns, index)),
  ];
}

function formatRow(original: Original, line: number, reason: string): string {
  if ('cells' in original) {
    const { columns, cells, delimiter } = original;
    return formatCsv(
      [String(line), reason, ...cells.filter((_, index) => !isAdded(columns, index))],
      delimiter,
    );
  }
  const added = { [rejectedColumns.line]: line, [rejectedColumns.reason]: reason };
  const row =
    'fields' in original ? { ...original.fields, ...added } : { text: original.text.trim(), ...added };
  return `${JSON.stringify(row)}\n`;
}

/** Whether an earlier import added the column. */
function isAdded(columns: readonly string[], index: number): boolean {
  const added: readonly string[] = Object.values(rejectedColumns);
  return added.includes(columns[index]?.trim().toLowerCase() ?? '');
}

function formatCsv(fields: readonly string[], delimiter: string): string {
  const quoted = fields.map((field) =>
    field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${quoted.join(delimiter)}\r\n`;
}
