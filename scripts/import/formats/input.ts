/** The files of an import: found before anything is stored, then opened one after the other. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

export const formats = ['csv', 'ndjson'] as const;

export type Format = (typeof formats)[number];

export type Input = {
  /** As the user named it; `-` is standard input. */
  readonly file: string;
  readonly format: Format;
  /** Undefined when it is not known. */
  readonly size: number | undefined;
};

const extensions: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
};

/** @throws UsageError when the file is missing, is none, or its format is not known. */
export async function findInput(file: string, given: Format | undefined): Promise<Input> {
  const format = given ?? extensions[extname(file).toLowerCase()];
  if (format === undefined) {
    const hint = file === '-' ? 'standard input' : `${file} does not end in .csv, .ndjson or .jsonl`;
    throw new UsageError(`${hint}: say what it holds with --format csv or --format ndjson`);
  }
  if (file === '-') return { file, format, size: undefined };
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === 'ENOENT' ? `${file}: there is no such file` : `${file}: ${error.message}`,
    );
  });
  if (found.isDirectory()) throw new UsageError(`${file} is a folder; name the files in it`);
  // A pipe (a shell's process substitution) has no size.
  return { file, format, size: found.isFile() ? found.size : undefined };
}

/** The bytes of the file; reading fails once `signal` is aborted. */
export function openInput({ file }: Input, signal: AbortSignal): Readable & { readonly bytesRead: number } {
  return addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file));
}
