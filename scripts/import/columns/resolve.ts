/** Finds the kind of a file by its columns, and what each column is in it. */

import { describeColumns, findKind, idRequirement, type AnyKind } from '../kinds/kind.ts';
import type { ColumnMap } from './column-map.ts';
import { lettersOf } from '../../../src/kit/console/import/map/letters.js';
import { isRejectedColumn } from '../../../src/kit/console/import/send/rejected-text.js';

export type ColumnOptions = {
  readonly map: ColumnMap;
  readonly ignoresUnknown: boolean;
};

export type ResolvedColumns<K> = {
  readonly kind: K;
  /** The kind's column for each column of the file; undefined if it is ignored. */
  readonly targets: readonly (string | undefined)[];
};

export type ColumnFault<K> = {
  /** Undefined if the columns match no kind. */
  readonly kind: K | undefined;
  readonly fault: string;
};

export function resolveColumns<K extends AnyKind>(
  kinds: readonly K[],
  columns: readonly string[],
  { map, ignoresUnknown }: ColumnOptions,
): ResolvedColumns<K> | ColumnFault<K> {
  const names = columns.map(normalize);
  const mapped = new Map<number, string>();
  for (const [target, source] of map) {
    const indexes = findColumns(names, source);
    const [index, ...others] = indexes;
    if (others.length > 0) {
      const numbers = indexes.map((found) => `${target}=#${found + 1}`).join(' or ');
      return {
        kind: undefined,
        fault: `several ${quoteColumns([source])}: map one by its number, ${numbers}`,
      };
    }
    if (index !== undefined) mapped.set(index, target);
  }
  const own = (name: string) => (map.has(name) && !isMissing(names, map.get(name)) ? undefined : name);
  const candidates = names.map((name, index) => mapped.get(index) ?? own(name));

  const kind = findKind(
    kinds,
    candidates.filter((name) => name !== undefined),
  );
  if (kind === undefined)
    return { kind, fault: `the columns match no kind: ${kinds.map(describeColumns).join('; ')}` };
  const { required, optional } = kind.columns;
  const targets = candidates.map((name) => [...required, ...optional].find((known) => known === name));
  const idAlias = targets.includes('id')
    ? -1
    : names.findIndex((name) => lettersOf(name) === `${kind.noun}id`);
  if (idAlias !== -1 && !map.has('id')) targets[idAlias] = 'id';

  const fault = findFault(kind, columns, targets, { map, ignoresUnknown });
  return fault === undefined ? { kind, targets } : { kind, fault };
}

function findFault(
  kind: AnyKind,
  columns: readonly string[],
  targets: readonly (string | undefined)[],
  { map, ignoresUnknown }: ColumnOptions,
): string | undefined {
  const { required, optional } = kind.columns;
  const absent = [...required, ...optional].find((target) => map.get(target) && !targets.includes(target));
  if (absent !== undefined)
    return `${quoteColumns([map.get(absent) ?? ''])} missing: --map names it for ${absent}`;
  const unknown = unknownColumns(columns, targets);
  if (unknown.length > 0 && !ignoresUnknown)
    return `unknown ${quoteColumns(unknown)}: ${describeColumns(kind)}`;
  const known = targets.filter((target) => target !== undefined);
  const duplicates = known.filter((target, index) => known.indexOf(target) !== index);
  if (duplicates.length > 0) return `duplicate ${quoteColumns(duplicates)}`;
  const missing = required.filter((column) => !known.includes(column));
  if (missing.length === 0) return undefined;
  const hint = missing.includes('id') ? idRequirement : describeColumns(kind);
  return `${quoteColumns(missing)} missing: ${hint}`;
}

/** Returns the names of the columns that have one and that the kind does not know. */
export function unknownColumns(
  columns: readonly string[],
  targets: readonly (string | undefined)[],
): readonly string[] {
  return columns.filter((column, index) => {
    const name = normalize(column);
    return targets[index] === undefined && name !== '' && !isRejectedColumn(name);
  });
}

/** Returns the indexes of the columns with a name, or the one with a number, such as `#3`. */
function findColumns(names: readonly string[], source: string): readonly number[] {
  if (source === '') return [];
  const number = /^#(\d+)$/.exec(source)?.[1];
  if (number !== undefined) return names[Number(number) - 1] === undefined ? [] : [Number(number) - 1];
  return names.flatMap((name, index) => (name === normalize(source) ? [index] : []));
}

/** Whether a mapped column is not in the file: another file of the import may have it. */
function isMissing(names: readonly string[], source = ''): boolean {
  return source !== '' && findColumns(names, source).length === 0;
}

export function normalize(name: string): string {
  return name.trim().toLowerCase();
}

/** Returns `column "a"` or `columns "a", "b"`. */
export function quoteColumns(columns: readonly string[]): string {
  const quoted = [...new Set(columns)].map((column) => JSON.stringify(column.trim().slice(0, 100)));
  return `${quoted.length === 1 ? 'column' : 'columns'} ${quoted.join(', ')}`;
}
