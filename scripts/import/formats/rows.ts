import type { Readable } from 'node:stream';
import { readCsv } from './csv.ts';
import type { Format } from './input.ts';
import type { Importer, ReadyRow } from '../importer.ts';
import { describeColumns, findKind } from '../kinds/kind.ts';
import { readNdjson } from './ndjson.ts';
import { describeColumnFault } from '../validate.ts';

export type Row = { readonly line: number } & (
  | (ReadyRow & { readonly importer: Importer })
  /** `importer` is undefined if the kind of the row cannot be determined. */
  | { readonly error: string; readonly importer: Importer | undefined }
);

export type RowsOptions = {
  readonly format: Format;
  /** CSV field delimiter. */
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

/** The first row of a CSV file names the columns, which determine the kind of all other rows. */
async function* readCsvRows(bytes: Readable, { delimiter, importers }: RowsOptions): AsyncGenerator<Row> {
  let header: { readonly columns: readonly string[]; readonly importer: Importer } | undefined;
  for await (const row of readCsv(bytes, delimiter)) {
    const { line } = row;
    const importer = header?.importer;
    if ('error' in row) {
      yield { line, importer, error: row.error };
    } else if (header === undefined) {
      const columns = row.fields.map((column) => column.trim().toLowerCase());
      const found = findKind(importers, columns);
      const columnError =
        found === undefined
          ? `the columns in the first line match no kind: ${describeKinds(importers)}`
          : describeColumnFault(found, columns);
      if (found === undefined || columnError !== undefined) {
        yield { line, importer: found, error: `${columnError}; the rest of the file was not read` };
        return;
      }
      header = { columns, importer: found };
    } else {
      yield { line, importer: header.importer, ...prepareFields(header, row.fields) };
    }
  }
  if (header === undefined)
    yield { line: 1, importer: undefined, error: 'the file has no header line with column names' };
}

function prepareFields(
  { columns, importer }: { readonly columns: readonly string[]; readonly importer: Importer },
  fields: readonly string[],
) {
  return fields.length === columns.length
    ? importer.prepare(Object.fromEntries(columns.map((column, index) => [column, fields[index]])))
    : {
        error: `${fields.length} fields, but the header has ${columns.length} (quote text that contains the delimiter)`,
      };
}

/** The kind of each line of an NDJSON file is determined by its keys. */
async function* readNdjsonRows(bytes: Readable, { importers }: RowsOptions): AsyncGenerator<Row> {
  for await (const row of readNdjson(bytes)) {
    const { line } = row;
    if ('error' in row) {
      yield { line, importer: undefined, error: row.error };
      continue;
    }
    const importer = findKind(importers, Object.keys(row.fields));
    if (importer === undefined)
      yield { line, importer, error: `the fields match no kind: ${describeKinds(importers)}` };
    else yield { line, importer, ...importer.prepare(row.fields) };
  }
}

function describeKinds(importers: readonly Importer[]): string {
  return importers.map(describeColumns).join('; ');
}
