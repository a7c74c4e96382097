/** Shows the columns of a file that do not fit, and a command that would import it. */

import type { AnyKind } from '../kinds/kind.ts';
import { formatColumnMap } from './column-map.ts';
import { normalize, type ColumnOptions } from './resolve.ts';
import { suggestColumns } from './suggest.ts';

export type ColumnPreview = {
  /** What was found, line by line. */
  readonly lines: readonly string[];
  /** Options to add to the command, or undefined if no option would make the columns fit. */
  readonly flags: readonly string[] | undefined;
};

/** Maximum number of characters of the values of a column that are shown. */
const maxShown = 50;

/** @param rows the first rows */
export function previewColumns(
  kinds: readonly AnyKind[],
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  options: ColumnOptions,
): ColumnPreview {
  const suggestion = suggestColumns(kinds, columns, options);
  const meaning = new Map(
    [...options.map, ...(suggestion?.map ?? [])].map(([target, source]) => [normalize(source), target]),
  );
  const names = columns.map((column, index) => (column.trim() === '' ? `#${index + 1}` : column.trim()));
  const width = Math.max(...names.map(({ length }) => length));
  const lines = names.map((name, index) => {
    const values = rows.map((row) => row[index]?.trim()).filter((value) => value);
    const target = meaning.get(normalize(name)) ?? meaning.get(`#${index + 1}`);
    const arrow = target === undefined ? '' : `  -> ${target}`;
    return `  ${name.padEnd(width)}  ${shorten(values.join(' | '))}${arrow}`;
  });
  const missing = suggestion?.missing ?? [];
  return {
    lines: [
      'columns that were found, and their first values:',
      ...lines,
      ...(missing.length > 0 ? [`no column was found for: ${missing.join(', ')}`] : []),
    ],
    flags: missing.length > 0 ? undefined : flagsOf(suggestion),
  };
}

function flagsOf(suggestion: ReturnType<typeof suggestColumns>): readonly string[] | undefined {
  if (suggestion === undefined) return undefined;
  const map = suggestion.map.size > 0 ? ['--map', formatColumnMap(suggestion.map)] : [];
  return [...map, ...(suggestion.ignoresUnknown ? ['--ignore-unknown-columns'] : [])];
}

function shorten(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown - 1)}…` : text;
}
