/** Finds out what separates the fields of a CSV file. */

import { parse } from 'csv-parse/sync';

/** Comma first: it is chosen if the first line has only one field. */
const candidates = [',', ';', '\t', '|'] as const;

/** Excel's own first line, such as `sep=;`. It is not part of the table. */
const separatorLine = /^"?sep=(?<delimiter>[^\r\n"])"?[^\r\n]*(?:\r\n|\n|\r|$)/i;

export type Beginning = {
  readonly delimiter: string;
  /** Number of characters before the table. */
  readonly skipped: number;
};

/**
 * @param head the beginning of the text
 * @param given as given on the command line
 */
export function findDelimiter(head: string, given: string | undefined): Beginning {
  const line = separatorLine.exec(head);
  const skipped = line?.[0].length ?? 0;
  const delimiter = given ?? line?.groups?.['delimiter'] ?? mostFrequent(head.slice(skipped));
  return { delimiter, skipped };
}

/** Returns the candidate that separates the most fields in the first line. */
function mostFrequent(head: string): string {
  const counts = candidates.map((delimiter) => countFields(head.trimStart(), delimiter));
  return candidates[counts.indexOf(Math.max(...counts))] ?? candidates[0];
}

function countFields(head: string, delimiter: string): number {
  try {
    const options = { delimiter, to: 1, relax_quotes: true, relax_column_count: true };
    const [first = []]: string[][] = parse(head, options);
    return first.length;
  } catch {
    return 0;
  }
}
