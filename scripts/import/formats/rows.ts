import { resolveColumns, type ColumnOptions } from '../columns/resolve.ts';
import { previewColumns, type ColumnPreview } from '../columns/preview.ts';
import type { Importer, ReadyRow } from '../importer.ts';
import type { JsonRow } from '../../../src/kit/console/import/read/json-rows.js';
import type { Original } from '../../../src/kit/console/import/send/rejected-text.js';
import { textOf, type Cell, type Table, type TableRow } from './table.ts';

export type Row = { readonly line: number } & (
  | (ReadyRow & { readonly importer: Importer; readonly original: Original })
  | {
      readonly error: string;
      /** Undefined if the kind of the row cannot be determined. */
      readonly importer: Importer | undefined;
      /** Undefined if the row cannot be read, or if it is the header. */
      readonly original?: Original;
      /** Only if the columns do not fit. */
      readonly preview?: ColumnPreview;
    }
);

export type RowOptions = ColumnOptions & {
  readonly importers: readonly Importer[];
  /** The line with the names of the columns of a table, or a later one if it is empty. */
  readonly headerLine: number;
};

/** Number of rows that are shown if the columns do not fit. */
const previewedRows = 3;

type Header = {
  readonly columns: readonly string[];
  readonly importer: Importer;
  readonly targets: readonly (string | undefined)[];
  readonly ignoresUnknown: boolean;
};

/** The first row of a table names the columns, which determine the kind of all other rows. */
export async function* readTableRows(table: Table, options: RowOptions): AsyncGenerator<Row> {
  let header: Header | undefined;
  const iterator = after(options.headerLine - 1, table.rows);
  for await (const row of iterator) {
    const { line } = row;
    if (header !== undefined) yield readTableRow(row, header, table);
    else if ('error' in row) return yield { line, importer: undefined, error: row.error };
    else {
      const columns = withoutEmptyEnd(row.cells.map(textOf));
      const resolved = resolveColumns(options.importers, columns, options);
      if ('fault' in resolved) {
        const rows = await take(iterator, previewedRows);
        const preview = previewColumns(options.importers, columns, rows, options);
        const error = `${resolved.fault}; the rest of the file was not read`;
        return yield { line, importer: resolved.kind, error, preview };
      }
      const { kind: importer, targets } = resolved;
      header = { columns, importer, targets, ignoresUnknown: options.ignoresUnknown };
    }
  }
  if (header === undefined)
    yield { line: options.headerLine, importer: undefined, error: 'the file has no line with column names' };
}

function readTableRow(row: TableRow, header: Header, { delimiter, isRagged }: Table): Row {
  const { line } = row;
  const { importer, columns } = header;
  if ('error' in row) return { line, importer, error: row.error };
  const cells = row.cells.map(textOf);
  const original = { columns, cells, delimiter };
  const { length } = withoutEmptyEnd(cells);
  const isShort = cells.length < columns.length && !isRagged;
  if (length > columns.length || isShort) {
    const error = `${isShort ? cells.length : length} fields, but the header has ${columns.length} (quote text that contains the delimiter)`;
    return { line, importer, original, error };
  }
  const fields: Record<string, unknown> = {};
  for (const [index, target] of header.targets.entries()) {
    const cell = row.cells[index];
    const error = target === undefined ? describeUnnamed(cell, index, header) : errorOf(cell);
    if (error !== undefined) return { line, importer, original, error };
    if (target !== undefined) fields[target] = target === 'id' ? numberOf(cell) : textOf(cell);
  }
  return { line, original, importer, ...importer.prepare(fields) };
}

function errorOf(cell: Cell | undefined): string | undefined {
  return typeof cell === 'object' ? cell.error : undefined;
}

/** An id is the number itself, not as it is shown: with separators or leading zeros. */
function numberOf(cell: Cell | undefined): string | number {
  return typeof cell === 'object' && cell.number !== undefined ? cell.number : textOf(cell);
}

function describeUnnamed(
  cell: Cell | undefined,
  index: number,
  { columns, ignoresUnknown }: Header,
): string | undefined {
  const isUnnamed = columns[index]?.trim() === '' && textOf(cell).trim() !== '';
  return isUnnamed && !ignoresUnknown
    ? `column ${index + 1} has a value but no name; name it, or use --ignore-unknown-columns`
    : undefined;
}

/** The kind of each object of a JSON file is determined by its keys. */
export async function* readJsonRows(
  rows: AsyncIterable<JsonRow>,
  { importers, ...options }: RowOptions,
): AsyncGenerator<Row> {
  const previewed = new Set<string>();
  const resolve = createCache((keys: readonly string[]) => resolveColumns(importers, keys, options));
  for await (const row of rows) {
    const { line } = row;
    if ('error' in row) {
      yield { line, importer: undefined, error: row.error, original: { text: row.text } };
      continue;
    }
    const keys = Object.keys(row.fields);
    const values = Object.values(row.fields);
    const original = { fields: row.fields };
    const resolved = resolve(keys);
    if ('fault' in resolved) {
      const faulty = { line, importer: resolved.kind, error: resolved.fault, original };
      const shape = keys.join();
      if (previewed.has(shape)) yield faulty;
      else {
        const shown = [values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))];
        yield { ...faulty, preview: previewColumns(importers, keys, shown, options) };
      }
      previewed.add(shape);
      continue;
    }
    const { kind: importer, targets } = resolved;
    const fields = targets.flatMap((target, index) =>
      target === undefined ? [] : [[target, values[index]]],
    );
    yield { line, importer, original, ...importer.prepare(Object.fromEntries(fields)) };
  }
}

/** Remembers the last result: rows of one file usually have the same keys. */
function createCache<Result>(
  compute: (keys: readonly string[]) => Result,
): (keys: readonly string[]) => Result {
  let last: { readonly keys: string; readonly result: Result } | undefined;
  return (keys) => {
    const text = JSON.stringify(keys);
    if (last?.keys !== text) last = { keys: text, result: compute(keys) };
    return last.result;
  };
}

/** Yields the rows after a line. */
async function* after(line: number, rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  for await (const row of rows) if (row.line > line) yield row;
}

async function take(rows: AsyncGenerator<TableRow>, count: number): Promise<(readonly string[])[]> {
  const taken: (readonly string[])[] = [];
  while (taken.length < count) {
    const { value, done } = await rows.next();
    if (done) break;
    if ('cells' in value) taken.push(value.cells.map(textOf));
  }
  return taken;
}

/** Spreadsheets add empty fields to the end of each row. */
function withoutEmptyEnd(texts: readonly string[]): readonly string[] {
  return texts.slice(0, texts.findLastIndex((text) => text.trim() !== '') + 1);
}
