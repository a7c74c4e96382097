/** Suggests which columns of a file are meant, by the similarity of their names. */

import { lettersOf } from '../../../src/kit/console/import/map/letters.js';
import type { AnyKind } from '../kinds/kind.ts';
import type { ColumnMap } from './column-map.ts';
import { normalize, resolveColumns, type ColumnOptions } from './resolve.ts';

/** Similarity from which a column is suggested, from 0 to 1. */
const minSimilarity = 0.5;

export type Suggestion = {
  /** What to add to the column map. */
  readonly map: ColumnMap;
  readonly ignoresUnknown: boolean;
  /** Required columns for which none was found. */
  readonly missing: readonly string[];
};

/** Returns the suggestion for the kind that the columns resemble most. */
export function suggestColumns(
  kinds: readonly AnyKind[],
  columns: readonly string[],
  options: ColumnOptions,
): Suggestion | undefined {
  const suggestions = kinds.map((kind) => suggestFor(kind, kinds, columns, options));
  return suggestions.toSorted((one, other) => other.similarity - one.similarity)[0];
}

function suggestFor(
  kind: AnyKind,
  kinds: readonly AnyKind[],
  columns: readonly string[],
  { map }: ColumnOptions,
): Suggestion & { readonly similarity: number } {
  const suggested = new Map<string, string>();
  const missing: string[] = [];
  let similarity = 0;
  const taken = new Set([...map.values()].map(normalize));
  for (const target of kind.columns.required) {
    const source = normalize(map.get(target) ?? '');
    const isMapped = source !== '' && columns.some((name) => normalize(name) === source);
    const scores = columns.map((name) => (taken.has(normalize(name)) ? 0 : similarityOf(kind, target, name)));
    const score = isMapped ? 1 : Math.max(...scores);
    if (score < minSimilarity) {
      missing.push(target);
      continue;
    }
    // An id says nothing about the kind.
    if (target !== 'id') similarity += score;
    if (isMapped) continue;
    const index = scores.indexOf(score);
    const name = normalize(columns[index] ?? '');
    taken.add(name);
    if (name !== target) suggested.set(target, referTo(columns, index));
  }
  const merged = new Map([...map, ...suggested]);
  const strict = resolveColumns(kinds, columns, { map: merged, ignoresUnknown: false });
  return {
    map: suggested,
    ignoresUnknown: 'fault' in strict,
    missing,
    similarity: similarity / (kind.columns.required.length - 1),
  };
}

/** A column is named, unless its name is not unique. */
function referTo(columns: readonly string[], index: number): string {
  const name = columns[index]?.trim() ?? '';
  const isUnique = columns.filter((column) => normalize(column) === normalize(name)).length === 1;
  return isUnique && name !== '' ? name : `#${index + 1}`;
}

/** Names that an id may have beside that of the kind. */
const idNames = ['id', 'nr', 'no', 'number', 'key', 'index', 'sku', 'code'];

function similarityOf(kind: AnyKind, target: string, column: string): number {
  const name = lettersOf(column);
  if (name === '') return 0;
  if (name === target) return 1;
  const meant = target === 'id' ? [`${kind.noun}id`, ...idNames] : (kind.columns.synonyms[target] ?? []);
  const rank = meant.indexOf(name);
  if (rank !== -1) return 0.95 - rank / 100;
  if (target === 'id') return /id$/i.test(column) || /\bid\b/i.test(column) ? 0.6 : 0;
  if (name.startsWith(target) || name.endsWith(target)) return 0.9;
  const contained = meant.findIndex((word) => name.startsWith(word) || name.endsWith(word));
  if (contained !== -1) return 0.7 - contained / 100;
  return Math.max(...[target, ...meant].map((word) => dice(word, name)));
}

/** The Sørensen–Dice coefficient of the pairs of letters: 1 for equal texts, 0 for texts without a common pair. */
function dice(one: string, other: string): number {
  const pairsOf = (text: string) =>
    Array.from({ length: Math.max(text.length - 1, 0) }, (_, at) => text.slice(at, at + 2));
  const [pairs, others] = [pairsOf(one), pairsOf(other)];
  const common = pairs.filter((pair) => others.includes(pair)).length;
  return (2 * common) / Math.max(pairs.length + others.length, 1);
}
