/** The rows of a file, in any format. */

import { readCsv } from './csv.js';
import { FileFault } from './file-content.js';
import { readJson } from './json-rows.js';

/**
 * A column of a table, by its index, or a key of JSON objects.
 *
 * @typedef {{ readonly key: number | string, readonly name: string }} Column
 *
 * A row, or the reason why it cannot be read. `line` is its first line, counted from 1.
 * @typedef {{ readonly line: number, readonly original: import('../send/rejected-text.js').Original | undefined }
 *   & ({ readonly valueOf: (column: Column) => unknown } | { readonly error: string })} FileRow
 *
 * @typedef {{ columns: readonly Column[], rows: AsyncGenerator<FileRow, void> }} FileRows
 */

/** Number of JSON objects whose keys are listed. */
const examinedObjects = 100;

/**
 * @param {import('./file-content.js').Content} content
 * @returns {Promise<FileRows>}
 * @throws FileFault
 */
export function readFileRows({ format, read }) {
  const text = read();
  return format === 'csv' ? readTable(text) : readObjects(text);
}

/** @param {AsyncIterable<string>} text @returns {Promise<FileRows>} */
async function readTable(text) {
  const { delimiter, rows } = await readCsv(text);
  const { value: header } = await rows.next();
  if (header === undefined) throw new FileFault('The file has no line with column names.');
  if ('error' in header) throw new FileFault(`Line ${header.line}: ${header.error}.`);
  const columns = withoutEmptyEnd(header.cells);
  return {
    columns: columns.map((name, key) => ({ key, name: name.trim() === '' ? `#${key + 1}` : name.trim() })),
    rows: toRows(),
  };

  /** @returns {AsyncGenerator<FileRow, void>} */
  async function* toRows() {
    for await (const row of rows) {
      const { line } = row;
      if ('error' in row) {
        yield { line, original: undefined, error: row.error };
        continue;
      }
      const { cells } = row;
      const original = { columns, cells, delimiter };
      const isShort = cells.length < columns.length;
      const { length } = isShort ? cells : withoutEmptyEnd(cells);
      if (isShort || length > columns.length) {
        const error = `${length} fields, but the header has ${columns.length} (quote text that contains the delimiter)`;
        yield { line, original, error };
      } else yield { line, original, valueOf: ({ key }) => cells[Number(key)] };
    }
  }
}

/** @param {AsyncIterable<string>} text @returns {Promise<FileRows>} */
async function readObjects(text) {
  const rows = readJson(text);
  /** @type {import('./json-rows.js').JsonRow[]} */
  const first = [];
  while (first.length < examinedObjects) {
    const { value, done } = await rows.next();
    if (done) break;
    first.push(value);
  }
  const keys = new Set(first.flatMap((row) => ('fields' in row ? Object.keys(row.fields) : [])));
  if (keys.size === 0) throw new FileFault('The file has no JSON object with fields.');
  return { columns: Array.from(keys, (key) => ({ key, name: key })), rows: toRows() };

  /** @returns {AsyncGenerator<FileRow, void>} */
  async function* toRows() {
    for (const row of first) yield toRow(row);
    for await (const row of rows) yield toRow(row);
  }
}

/** @param {import('./json-rows.js').JsonRow} row @returns {FileRow} */
function toRow(row) {
  const { line } = row;
  if ('error' in row) return { line, error: row.error, original: { text: row.text } };
  const { fields } = row;
  return {
    line,
    original: { fields },
    valueOf: ({ key }) => (Object.hasOwn(fields, key) ? fields[key] : ''),
  };
}

/** Spreadsheets add empty fields to the end of each row. @param {readonly string[]} texts */
function withoutEmptyEnd(texts) {
  return texts.slice(0, texts.findLastIndex((text) => text.trim() !== '') + 1);
}
