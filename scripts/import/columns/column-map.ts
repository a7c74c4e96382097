/** Names columns of a file as the columns of a kind: the option `--map title=Company,model=Product`. */

import { UsageError } from '../usage-error.ts';

/** The column of the file for each column of a kind. An empty text: none, even if one has the name. */
export type ColumnMap = ReadonlyMap<string, string>;

/** The name of a column in a file may contain commas: only a comma before `name=` separates. */
const separator = /,(?=\s*[a-z]+\s*=)/i;

/** Of several columns for one, the last counts. @throws UsageError */
export function parseColumnMap(texts: readonly string[]): ColumnMap {
  return new Map(texts.flatMap((text) => text.split(separator)).map(parsePair));
}

function parsePair(text: string): [target: string, source: string] {
  const [target, ...source] = text.split('=');
  if (target === undefined || target.trim() === '' || source.length === 0)
    throw new UsageError(`--map must be like title=Company,model=Product, not ${text}`);
  return [target.trim().toLowerCase(), source.join('=').trim()];
}

export function formatColumnMap(map: ColumnMap): string {
  return Array.from(map, ([target, source]) => `${target}=${source}`).join(',');
}
