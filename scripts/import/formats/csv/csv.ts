import { pipeline, Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import type { Table, TableRow } from '../table.ts';
import { findDelimiter } from './delimiter.ts';

/** A longer row, in bytes, is treated as an unclosed quote. */
const maxRowBytes = 1024 * 1024;

/** Number of characters in which the delimiter is looked for. */
const headLength = 64 * 1024;

/**
 * Reads a CSV file, including the header. Accepts RFC 4180 and, beyond it, other delimiters, any line endings, and quotes
 * inside unquoted fields. An unclosed quote would consume the rest of the file, so the row that opens it is reported and
 * reading stops there.
 *
 * @param delimiter by default, it is found out
 */
export async function readCsv(text: AsyncIterable<string>, delimiter?: string): Promise<Table> {
  const chunks = text[Symbol.asyncIterator]();
  let head = '';
  for (let isAtEnd = false; !isAtEnd && head.length < headLength;) {
    const { value = '', done = false }: IteratorResult<string, undefined> = await chunks.next();
    head += value;
    isAtEnd = done;
  }
  const found = findDelimiter(head, delimiter);
  async function* rest() {
    yield head.slice(found.skipped);
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return {
    rows: readRows(rest(), found.delimiter, found.skipped > 0 ? 2 : 1),
    delimiter: found.delimiter,
    isRagged: false,
  };
}

async function* readRows(
  text: AsyncIterable<string>,
  delimiter: string,
  firstLine: number,
): AsyncGenerator<TableRow> {
  let parsed = 0;
  let broken: { readonly after: number; readonly reason: string } | undefined;
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: maxRowBytes,
    on_record(fields) {
      parsed += 1;
      return fields;
    },
    // An error that is not skipped would discard the rows that are parsed but not yet yielded.
    skip_records_with_error: true,
    on_skip(error) {
      broken ??= { after: parsed, reason: describe(error) };
      return undefined;
    },
  });
  // A read error destroys the parser and is thrown by the loop below.
  pipeline(Readable.from(text), parser, () => undefined);

  let line = firstLine;
  let yielded = 0;
  for await (const cells of parser as AsyncIterable<string[]>) {
    if (yielded === broken?.after) break;
    yielded += 1;
    if (cells.some((cell) => cell.trim() !== '')) yield { line, cells };
    // The parser counts a CRLF inside quotes as two lines.
    line += 1;
    for (const cell of cells) line += countLineBreaks(cell);
  }
  if (broken !== undefined) yield { line, error: broken.reason };
}

function countLineBreaks(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? (cell.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
}

function describe(error: CsvError | undefined): string {
  const isOpenQuote = error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE';
  const reason = isOpenQuote ? 'unclosed quote in this row' : (error?.message ?? 'not CSV');
  return `${reason}; the rest of the file was not read`;
}
