/** The formats of files, by name. */

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
