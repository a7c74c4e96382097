/** Rows of a table: a CSV file, or a sheet of a workbook. */

/** A cell as text. A workbook also has these: */
export type Cell =
  | string
  | {
      readonly text: string;
      /** The number that `text` shows. */
      readonly number?: number;
      /** The cell has no usable value. */
      readonly error?: string;
    };

/** A row's cells, or the reason why it cannot be parsed. `line` is the row's first line, counted from 1. */
export type TableRow = { readonly line: number } & (
  | { readonly cells: readonly Cell[] }
  | { readonly error: string }
);

export type Table = {
  readonly rows: AsyncIterable<TableRow>;
  /** Separates the fields of rejected rows. */
  readonly delimiter: string;
  /** Whether a row may have fewer cells than the header: a workbook does not store empty ones. */
  readonly isRagged: boolean;
};

export function textOf(cell: Cell | undefined): string {
  return typeof cell === 'object' ? cell.text : (cell ?? '');
}
