/** CSV to rows, with the line of the file on which each row begins. */

import { pipeline, type Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';

/** A row as the file has it: its fields, or why it has none. The first line of a file is 1. */
export type CsvRow = { readonly line: number } & (
  | { readonly fields: readonly string[] }
  | { readonly wrong: string }
);

/** A row of this many bytes is a quote that never closes rather than a row. */
const maxRowBytes = 1024 * 1024;

/**
 * The rows of a CSV file, its header among them: RFC 4180, and also with a byte order mark, with any line ends, and
 * with quotes inside unquoted fields. A quote that never closes swallows the rest of the file, so the row where it
 * opens is reported and the reading ends there.
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
    // An error that is not skipped would take the rows with it that were parsed but not yet given out.
    skip_records_with_error: true,
    on_skip(error) {
      broken ??= { after: parsed, reason: describe(error) };
      return undefined;
    },
  });
  // What breaks the reading destroys the parser, and so reaches the loop below.
  pipeline(bytes, parser, () => undefined);

  let line = 1;
  let given = 0;
  for await (const fields of parser as AsyncIterable<string[]>) {
    if (given === broken?.after) break;
    given += 1;
    const isEmpty = fields.length === 1 && fields[0]?.trim() === '';
    if (!isEmpty) yield { line, fields };
    // The parser's own line count takes a CRLF inside quotes for two lines.
    line += 1;
    for (const field of fields) line += countLineBreaks(field);
  }
  if (broken !== undefined) yield { line, wrong: broken.reason };
}

function countLineBreaks(field: string): number {
  return field.includes('\n') || field.includes('\r') ? (field.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
}

function describe(error: CsvError | undefined): string {
  const isOpenQuote = error?.code === 'CSV_QUOTE_NOT_CLOSED' || error?.code === 'CSV_MAX_RECORD_SIZE';
  const what = isOpenQuote ? 'a quote that opens in this row never closes' : (error?.message ?? 'not CSV');
  return `${what}; the file was not read on`;
}
