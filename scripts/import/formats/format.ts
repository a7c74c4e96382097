/** The formats of files, by name and by content. */

import { extname } from 'node:path';

export const formats = ['csv', 'json', 'ndjson', 'xlsx'] as const;

export type Format = (typeof formats)[number];

const extensions: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.tab': 'csv',
  '.txt': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.xlsx': 'xlsx',
  '.xlsm': 'xlsx',
  // Programs give this name to workbooks, to text and to HTML; the content decides.
  '.xls': 'csv',
};

/** Returns the format that the name promises, also of a compressed file; undefined if it is not known. */
export function formatOfName(file: string): Format | undefined {
  return extensions[extname(file.replace(/\.gz$/i, '')).toLowerCase()];
}

const contents: readonly (readonly [start: readonly number[], advice: string])[] = [
  [
    [0xd0, 0xcf, 0x11, 0xe0],
    'an old Excel workbook (.xls), or one with a password; save it as .xlsx without a password',
  ],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2; unpack it, or use gzip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz; unpack it, or use gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd; unpack it, or use gzip'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x50, 0x41, 0x52, 0x31], 'a Parquet file; export it as CSV'],
];

/** Returns what a file contains that cannot be imported, with advice. */
export function describeForeignContent(head: Uint8Array): string | undefined {
  const found = contents.find(([start]) => start.every((byte, index) => head[index] === byte));
  if (found !== undefined) return found[1];
  const text = Buffer.from(head).toString('latin1').trimStart().toLowerCase();
  const isMarkup = ['<!doctype', '<html', '<table', '<?xml'].some((tag) => text.startsWith(tag));
  return isMarkup ? 'HTML or XML; open it in a spreadsheet and save it as .xlsx or CSV' : undefined;
}

/** A workbook is a ZIP archive. */
export function isZip(head: Uint8Array): boolean {
  return [0x50, 0x4b, 0x03, 0x04].every((byte, index) => head[index] === byte);
}
