import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

export const formats = ['csv', 'ndjson'] as const;

export type Format = (typeof formats)[number];

export type Input = {
  /** The path as given on the command line; `-` is standard input. */
  readonly file: string;
  readonly format: Format;
  /** In bytes; undefined if unknown (standard input, a pipe). */
  readonly size: number | undefined;
};

const extensions: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** @throws UsageError if the file does not exist, is a directory, or has an unknown format. */
export async function findInput(file: string, given: Format | undefined): Promise<Input> {
  const format = given ?? extensions[extname(file).toLowerCase()];
  if (format === undefined) {
    const hint = file === '-' ? 'standard input' : `${file} does not end in .csv, .ndjson or .jsonl`;
    throw new UsageError(`${hint}: specify --format csv or --format ndjson`);
  }
  if (file === '-') return { file, format, size: undefined };
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === 'ENOENT' ? `${file}: file not found` : `${file}: ${error.message}`);
  });
  if (found.isDirectory()) throw new UsageError(`${file} is a directory; specify the files in it`);
  // A pipe (a shell's process substitution) has no size.
  return { file, format, size: found.isFile() ? found.size : undefined };
}

/** Opens the file for reading. Reading fails once `signal` is aborted. */
export function openInput({ file }: Input, signal: AbortSignal): Readable & { readonly bytesRead: number } {
  return addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file));
}
