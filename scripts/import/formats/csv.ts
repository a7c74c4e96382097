import { pipeline, type Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';

/** A row's fields or the reason why it cannot be parsed. `line` is the row's first line, counted from 1. */
export type CsvRow = { readonly line: number } & (
  | { readonly fields: readonly string[] }
  | { readonly error: string }
);

/** A longer row, in bytes, is treated as an unclosed quote. */
const maxRowBytes = 1024 * 1024;

/**
 * Yields the rows of a CSV file, including the header. Accepts RFC 4180 and, beyond it, a byte order mark, any line
 * endings, and quotes inside unquoted fields. An unclosed quote would consume the rest of the file, so the row that opens it
 * is reported and reading stops there.
 */
export async function* readCsv(bytes: Readable, delimiter: string): AsyncGenerator<CsvRow> {
  let parsed = 0;
  let broken: { readonly after: number; readonly reason: string } | undefined;
  const parser = parse({
    bom: true,
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
  pipeline(bytes, parser, () => undefined);

  let line = 1;
  let yielded = 0;
  for await (const fields of parser as AsyncIterable<string[]>) {
    if (yielded === broken?.after) break;
    yielded += 1;
    const isEmpty = fields.length === 1 && fields[0]?.trim() === '';
    if (!isEmpty) yield { line, fields };
    // The parser counts a CRLF inside quotes as two lines.
    line += 1;
    for (const field of fields) line += countLineBreaks(field);
  }
  if (broken !== undefined) yield { line, error: broken.reason };
}

function countLineBreaks(field: string): number {
  return field.includes('\n') || field.includes('\r') ? (field.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
}

function describe(error: CsvError | undefined): string {
  const isOpenQuote = error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE';
  const reason = isOpenQuote ? 'unclosed quote in this row' : (error?.message ?? 'not CSV');
  return `${reason}; the rest of the file was not read`;
}
