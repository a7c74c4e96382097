/** Opens a file in any of the formats. */

import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describeForeignContent, isZip } from '../../../src/kit/console/import/read/foreign-content.js';
import { readJson } from '../../../src/kit/console/import/read/json-rows.js';
import { openBytes, type Bytes } from './bytes.ts';
import { readCsv } from './csv/csv.ts';
import type { Input } from './input.ts';
import { readJsonRows, readTableRows, type Row, type RowOptions } from './rows.ts';
import { decodeText } from './text/decode-text.ts';
import { findEncoding, type Encoding } from './text/encoding.ts';

export type ReadOptions = RowOptions & {
  /** By default, it is found out. */
  readonly delimiter: string | undefined;
  /** WHATWG name; by default, it is found out. */
  readonly encoding: string | undefined;
  /** Name or number of a sheet of a workbook. */
  readonly sheet: string | undefined;
};

export type OpenRows = {
  readonly rows: AsyncGenerator<Row>;
  /** Bytes of the file that were read so far. */
  readonly bytesRead: () => number;
  readonly close: () => void;
  /** What a person has to know before the rows are imported. */
  readonly notes: readonly string[];
};

/**
 * Reading fails once `signal` is aborted.
 *
 * @throws EncodingFault before the first row if the text of a file that can be read twice is not UTF-8
 */
export async function openRows(input: Input, options: ReadOptions, signal: AbortSignal): Promise<OpenRows> {
  const bytes = await openBytes(input.file, signal);
  try {
    const foreign = describeForeignContent(bytes.head);
    if (foreign !== undefined) throw new Error(`the file is ${foreign}`);
    if (isZip(bytes.head)) return await openWorkbookRows(input, bytes, options);
    if (input.format === 'xlsx') throw new Error('the file is not an Excel workbook; specify --format csv');
    const encoding = findEncoding(bytes.head, options.encoding);
    if (encoding.name === 'utf-8' && encoding.isStrict && input.size !== undefined)
      await check(input, encoding, signal);
    const text = decodeText(bytes.content, encoding);
    const rows =
      input.format === 'csv'
        ? readTableRows(await readCsv(text, options.delimiter), options)
        : readJsonRows(readJson(text), options);
    return { ...bytes, rows, notes: [] };
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** Decodes the whole file, so that nothing is imported from one in another encoding. @throws EncodingFault */
async function check({ file }: Input, encoding: Encoding, signal: AbortSignal): Promise<void> {
  const { content, close } = await openBytes(file, signal);
  try {
    for await (const _ of decodeText(content, encoding));
  } finally {
    close();
  }
}

async function openWorkbookRows(
  { file, size }: Input,
  bytes: Bytes,
  options: ReadOptions,
): Promise<OpenRows> {
  // The table of contents of a workbook is at its end, so one that comes through a pipe is read first.
  const source = size === undefined ? await buffer(Readable.from(bytes.content)) : file;
  bytes.close();
  // Other files do not wait until the libraries for workbooks are loaded.
  const { openWorkbook } = await import('./xlsx/workbook.ts');
  const workbook = await openWorkbook(source, options.sheet);
  const others = workbook.sheets.filter((name) => name !== workbook.sheet);
  const isChosen = options.sheet !== undefined || others.length === 0;
  return {
    notes: isChosen
      ? []
      : [`only the sheet "${workbook.sheet}" is read; --sheet NAME reads another one: ${others.join(', ')}`],
    rows: readTableRows(workbook.table, options),
    bytesRead: () => Math.round((size ?? 0) * workbook.progress()),
    close: workbook.close,
  };
}
