import { stat } from 'node:fs/promises';
import { formatOfName, type Format } from './format.ts';
import { UsageError } from '../usage-error.ts';

export type Input = {
  /** The path as given on the command line; `-` is standard input. */
  readonly file: string;
  /** By the name of the file, or as given on the command line. */
  readonly format: Format;
  /** In bytes; undefined if unknown (standard input, a pipe). Only such a file can be read once only. */
  readonly size: number | undefined;
};

/** @throws UsageError if the file does not exist, is a directory, or has an unknown format. */
export async function findInput(file: string, given: Format | undefined): Promise<Input> {
  const format = given ?? formatOfName(file);
  if (format === undefined) {
    const hint =
      file === '-'
        ? 'standard input'
        : `${file} does not end in .csv, .tsv, .txt, .json, .ndjson, .jsonl or .xlsx`;
    throw new UsageError(`${hint}: specify --format csv, --format json or --format xlsx`);
  }
  if (file === '-') return { file, format, size: undefined };
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(error.code === 'ENOENT' ? `${file}: file not found` : `${file}: ${error.message}`);
  });
  if (found.isDirectory()) throw new UsageError(`${file} is a directory; specify the files in it`);
  // A pipe (a shell's process substitution) has no size.
  return { file, format, size: found.isFile() ? found.size : undefined };
}
