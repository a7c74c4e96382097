/** A file to rows that are ready to be carried out, and rows that are wrong. */

import type { Readable } from 'node:stream';
import { readCsv } from './csv.ts';
import type { Format } from './input.ts';
import type { Importer, ReadyRow } from '../importer.ts';
import { describeColumns, kindOf } from '../kinds/kind.ts';
import { readNdjson } from './ndjson.ts';
import { describeColumnFault } from '../validate.ts';

export type Row = { readonly line: number } & (
  | (ReadyRow & { readonly importer: Importer })
  /** Its kind is undefined when it cannot be told. */
  | { readonly wrong: string; readonly importer: Importer | undefined }
);

export type RowsOptions = {
  readonly format: Format;
  /** Between the fields of CSV. */
  readonly delimiter: string;
  readonly importers: readonly Importer[];
};

export function readRows(bytes: Readable, options: RowsOptions): AsyncGenerator<Row> {
  switch (options.format) {
    case 'csv':
      return readCsvRows(bytes, options);
    case 'ndjson':
      return readNdjsonRows(bytes, options);
  }
}

/** The first row of a CSV file names its columns, and they tell the kind of all the others. */
async function* readCsvRows(bytes: Readable, { delimiter, importers }: RowsOptions): AsyncGenerator<Row> {
  let header: { readonly columns: readonly string[]; readonly importer: Importer } | undefined;
  for await (const row of readCsv(bytes, delimiter)) {
    const { line } = row;
    const importer = header?.importer;
    if ('wrong' in row) {
      yield { line, importer, wrong: row.wrong };
    } else if (header === undefined) {
      const columns = row.fields.map((column) => column.trim().toLowerCase());
      const found = kindOf(importers, columns);
      const wrong =
        found === undefined
          ? `the first line names the columns of neither kind: ${describeKinds(importers)}`
          : describeColumnFault(found, columns);
      if (found === undefined || wrong !== undefined) {
        yield { line, importer: found, wrong: `${wrong}; the file was not read on` };
        return;
      }
      header = { columns, importer: found };
    } else {
      yield { line, importer: header.importer, ...prepareFields(header, row.fields) };
    }
  }
  if (header === undefined)
    yield { line: 1, importer: undefined, wrong: 'the file has no line that names the columns' };
}

function prepareFields(
  { columns, importer }: { readonly columns: readonly string[]; readonly importer: Importer },
  fields: readonly string[],
) {
  return fields.length === columns.length
    ? importer.prepare(Object.fromEntries(columns.map((column, index) => [column, fields[index]])))
    : {
        wrong: `${fields.length} fields, but the first line names ${columns.length} (text that holds the delimiter needs quotes)`,
      };
}

/** Each line of an NDJSON file tells its own kind. */
async function* readNdjsonRows(bytes: Readable, { importers }: RowsOptions): AsyncGenerator<Row> {
  for await (const row of readNdjson(bytes)) {
    const { line } = row;
    if ('wrong' in row) {
      yield { line, importer: undefined, wrong: row.wrong };
      continue;
    }
    const importer = kindOf(importers, Object.keys(row.fields));
    if (importer === undefined)
      yield { line, importer, wrong: `of neither kind: ${describeKinds(importers)}` };
    else yield { line, importer, ...importer.prepare(row.fields) };
  }
}

function describeKinds(importers: readonly Importer[]): string {
  return importers.map(describeColumns).join('; ');
}
