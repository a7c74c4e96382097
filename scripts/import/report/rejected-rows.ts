/** Writes the rows that were not stored to a file beside the imported one, ready to be corrected and imported. */

import { appendFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { messageOf } from '../../../src/kit/domain/error-message.ts';
import {
  formatRejectedHeader,
  formatRejectedRow,
  rejectedExtension,
  type Original,
} from '../../../src/kit/console/import/send/rejected-text.js';

export type RejectedRows = {
  add(original: Original, line: number, reason: string): void;
  /** Completes the file. Returns its path; undefined if no row was added. @throws Error if it cannot be written. */
  close(): string | undefined;
};

/** Number of characters that are collected before they are written. */
const bufferLength = 64 * 1024;

/** @param file the imported file; `-` is standard input, whose rows are written to the current folder. */
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
    path = `${file === '-' ? 'stdin' : file}.${rejectedExtension(original)}`;
    rmSync(partOf(path), { force: true });
    pending = formatRejectedHeader(original);
  }

  return {
    add(original, line, reason) {
      if (path === undefined) open(original);
      pending += formatRejectedRow(original, line, reason);
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
