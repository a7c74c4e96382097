/** Reads CSV as `npm run import` does: RFC 4180, any line ending, other delimiters, and quotes inside unquoted fields. */

import { peekText } from './peek-text.js';

/**
 * A row's cells, or the reason why it cannot be parsed. `line` is the row's first line, counted from 1.
 *
 * @typedef {{ readonly line: number } & ({ readonly cells: readonly string[] } | { readonly error: string })} TableRow
 */

/** A longer row, in characters, is treated as an unclosed quote. */
const maxRowLength = 1024 * 1024;
/** Number of characters in which the delimiter is looked for. */
const headLength = 64 * 1024;
/** Comma first: it is chosen if the first line has only one field. */
const delimiters = [',', ';', '\t', '|'];
/** Excel's own first line, such as `sep=;`. It is not part of the table. */
const separatorLine = /^"?sep=(?<delimiter>[^\r\n"])"?[^\r\n]*(?:\r\n|\n|\r|$)/i;

/**
 * An unclosed quote would consume the rest of the file, so the row that opens it is reported, and reading stops there.
 *
 * @param {AsyncIterable<string>} text
 * @returns {Promise<{ delimiter: string, rows: AsyncGenerator<TableRow, void> }>}
 */
export async function readCsv(text) {
  const { head, all } = await peekText(text, (read) => read.length >= headLength);
  const line = separatorLine.exec(head);
  const skipped = line?.[0].length ?? 0;
  const delimiter = line?.groups?.['delimiter'] ?? mostFrequent(head.slice(skipped));
  return { delimiter, rows: readRows(all, delimiter, skipped) };
}

/** Returns the candidate that separates the most fields in the first line. @param {string} head */
function mostFrequent(head) {
  const counts = delimiters.map((delimiter) => {
    const parser = createParser(delimiter);
    const [first = parser.end()] = parser.push(head.trimStart());
    return first?.length ?? 0;
  });
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

/** @param {AsyncIterable<string>} text @param {string} delimiter @param {number} skipped @returns {AsyncGenerator<TableRow, void>} */
async function* readRows(text, delimiter, skipped) {
  const parser = createParser(delimiter);
  let line = skipped > 0 ? 2 : 1;
  let toSkip = skipped;
  for await (const chunk of text) {
    for (const cells of parser.push(chunk.slice(toSkip))) {
      if (cells.some((cell) => cell.trim() !== '')) yield { line, cells };
      line += 1;
      for (const cell of cells) line += countLineBreaks(cell);
    }
    toSkip = 0;
    if (parser.length() > maxRowLength) break;
  }
  const last = parser.length() > maxRowLength ? undefined : parser.end();
  if (last === undefined)
    yield { line, error: 'unclosed quote in this row; the rest of the file was not read' };
  else if (last.some((cell) => cell.trim() !== '')) yield { line, cells: last };
}

/** @param {string} cell */
function countLineBreaks(cell) {
  return cell.includes('\n') || cell.includes('\r') ? (cell.match(/\r\n|\n|\r/g)?.length ?? 0) : 0;
}

/**
 * Returns a parser. `push` returns the rows that are complete, and `end` the last one: undefined if a quote is open.
 *
 * @param {string} delimiter
 */
function createParser(delimiter) {
  /** @type {string[]} */
  let cells = [];
  let field = '';
  /** @type {'unquoted' | 'quoted' | 'quote'} `quote`: after a quote in a quoted field, which may be the last one */
  let state = 'unquoted';
  let isAfterReturn = false;
  let length = 0;

  const endField = () => {
    cells.push(field);
    field = '';
    state = 'unquoted';
  };
  const endRow = () => {
    endField();
    const row = cells;
    cells = [];
    length = 0;
    return row;
  };

  return {
    length: () => length,

    /** @param {string} text */
    push(text) {
      /** @type {string[][]} */
      const rows = [];
      for (let index = 0; index < text.length; index++) {
        const character = text.charAt(index);
        const isSecondHalf = isAfterReturn && character === '\n';
        isAfterReturn = false;
        if (isSecondHalf) continue;
        length += 1;
        if (state === 'quoted') {
          if (character === '"') state = 'quote';
          else field += character;
        } else if (state === 'quote' && character === '"') {
          field += '"';
          state = 'quoted';
        } else if (character === delimiter) endField();
        else if (character === '\n' || character === '\r') {
          rows.push(endRow());
          isAfterReturn = character === '\r';
        } else if (state === 'quote') {
          // The quotes did not enclose the field, so they belong to it.
          field = `"${field}"${character}`;
          state = 'unquoted';
        } else if (character === '"' && field === '') state = 'quoted';
        else field += character;
      }
      return rows;
    },

    end() {
      if (state === 'quoted') return undefined;
      return length === 0 ? [] : endRow();
    },
  };
}
