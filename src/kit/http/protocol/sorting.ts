/** Sorted lists: `?sort=title`, continued by an opaque `cursor`, which stays correct while entities come and go. */

import { z } from 'zod';
import { isKeyOf, type KeySchemas, type NamedIndexes } from '../../domain/service/index-definition.ts';
import { Problem } from '../../domain/problem.ts';
import type { Entity } from '../../domain/entity.ts';
import type { Where } from '../../eventlog/view/indexes.ts';
import type { ListOptions } from '../../eventlog/view/view.ts';

const SortRequest = z.object({ sort: z.string().optional(), cursor: z.string().optional() });
export type SortRequest = z.infer<typeof SortRequest>;

/** Returns the query parameters of a list that can be sorted; none if there is no index to sort by. */
export function sortParameters(sortable: readonly string[]): Readonly<Record<string, z.ZodOptional>> {
  if (sortable.length === 0) return {};
  return {
    sort: z
      .enum(sortable)
      .optional()
      .meta({ description: 'Sort by this field, then by id. Default: by id.' }),
    cursor: z.string().optional().meta({
      description:
        'With `sort`, instead of `after`: where to continue, from the link to the next page. It is opaque.',
    }),
  };
}

/** Sort key and id of the last entity of a page, and the index that it was sorted by. */
const Cursor = z.tuple([z.string(), z.union([z.string(), z.number()]), z.int()]);

const Filters = z.record(z.string(), z.union([z.string(), z.number()]).optional());

/** Separates the parameters for sorting from the filters. */
export function splitSort({
  sort,
  cursor,
  ...where
}: Readonly<Record<string, unknown>>): SortRequest & { readonly where: Where } {
  return { ...SortRequest.parse({ sort, cursor }), where: Filters.parse(where) };
}

/** Throws a Problem `malformed` if the cursor is not from a list with the same sort order. */
export function parseSort(
  keys: KeySchemas,
  { sort, cursor }: SortRequest,
  after: number,
): ListOptions['sort'] {
  if (sort === undefined) {
    if (cursor === undefined) return undefined;
    throw new Problem('malformed', 'cursor requires sort.');
  }
  if (after !== 0) throw new Problem('malformed', 'A sorted list continues at a cursor, not after an id.');
  if (cursor === undefined) return { by: sort };
  const decoded = Cursor.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  const schema = keys[sort];
  if (!decoded.success || decoded.data[0] !== sort || !schema || !isKeyOf(schema, decoded.data[1])) {
    throw new Problem('malformed', `The cursor is not from a list that is sorted by ${sort}.`);
  }
  const [, key, id] = decoded.data;
  return { by: sort, after: { key, id } };
}

/** Returns the cursor after an entity. */
export function formatCursor(indexes: NamedIndexes, sort: string, { id, state }: Entity<unknown>): string {
  const [key = ''] = indexes[sort]?.(state) ?? [];
  const cursor: z.infer<typeof Cursor> = [sort, key, id];
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
