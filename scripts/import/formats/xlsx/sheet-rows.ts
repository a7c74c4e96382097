import type { Cell, TableRow } from '../table.ts';
import { showNumber } from './number-formats.ts';
import { createTextReader } from './shared-strings.ts';
import { parseXml, type Attributes } from './xml.ts';

export type SheetContext = {
  readonly strings: readonly string[];
  /** The number format of each cell style. */
  readonly formats: readonly string[];
  readonly is1904: boolean;
};

/** Yields the rows of a sheet that are not empty, as a person sees them. */
export async function* readSheetRows(
  bytes: AsyncIterable<Uint8Array>,
  context: SheetContext,
): AsyncGenerator<TableRow> {
  let rows: TableRow[] = [];
  let line = 0;
  let cells: Cell[] = [];
  let column = 0;
  let cell: Attributes = {};
  let value: string | undefined;
  let hasFormula = false;
  let isValue = false;
  const inlineText = createTextReader();

  const parts = parseXml(bytes, {
    open(name, attributes) {
      inlineText.open(name);
      if (name === 'row') {
        line = attributes['r'] === undefined ? line + 1 : Number(attributes['r']);
        cells = [];
        column = 0;
      } else if (name === 'c') {
        cell = attributes;
        column = attributes['r'] === undefined ? column + 1 : columnOf(attributes['r']);
        value = undefined;
        hasFormula = false;
        inlineText.take();
      } else if (name === 'f') hasFormula = true;
      else if (name === 'v') {
        isValue = true;
        value = '';
      }
    },
    text(text) {
      inlineText.text(text);
      if (isValue) value = (value ?? '') + text;
    },
    close(name) {
      inlineText.close(name);
      if (name === 'v') isValue = false;
      else if (name === 'c') {
        while (cells.length < column) cells.push('');
        cells[column - 1] = readCell(
          cell,
          value ?? inlineText.take(),
          hasFormula && cell['t'] !== 'str' && !value,
          context,
        );
      } else if (name === 'row' && cells.some((found) => found !== '')) rows.push({ line, cells });
    },
  });
  for await (const _ of parts) {
    yield* rows;
    rows = [];
  }
}

function readCell(
  { r: reference, t: type, s: style }: Attributes,
  value: string,
  isUncomputed: boolean,
  { strings, formats, is1904 }: SheetContext,
): Cell {
  if (isUncomputed)
    return {
      text: '',
      error: `cell ${reference} has a formula without a result; save the file in a spreadsheet`,
    };
  switch (type) {
    case 's':
      return strings[Number(value)]?.trim() ?? '';
    case 'b':
      return value === '1' ? 'TRUE' : 'FALSE';
    case 'e':
      return { text: value, error: `cell ${reference} contains the error ${value}` };
    case 'str':
    case 'inlineStr':
    case 'd':
      return value.trim();
    case undefined:
    default: {
      if (value === '') return '';
      const number = Number(value);
      return { text: showNumber(number, formats[Number(style ?? 0)], is1904), number };
    }
  }
}

/** Returns the number of a cell's column: 28 for `AB7`. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]*/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
