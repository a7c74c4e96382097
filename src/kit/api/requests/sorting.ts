/** Sorted lists: `sort` is `title` or `-title`. An opaque `cursor` continues them, and stays correct while entities come and go. */

import { z } from 'zod';
import type { Id } from '../../domain/entity-id.ts';
import { integerId, type IdType } from '../../domain/id-type.ts';
import { isKeyOf, type KeySchemas, type NamedIndexes } from '../../domain/service/index-definition.ts';
import { Problem } from '../../domain/problem.ts';
import type { Entity } from '../../domain/entity.ts';
import { tryParseJson } from './try-parse-json.ts';
import type { Sort, Where } from '../../eventlog/view/indexes.ts';

const SortRequest = z.object({ sort: z.string().optional(), cursor: z.string().optional() });
export type SortRequest = z.infer<typeof SortRequest>;

/** The beginning of the next page: after an id or a position, before a position, or of a sorted list, after a cursor. */
export type NextPage = Id | { readonly before: number } | { readonly cursor: string };

/** Returns the parameters of a list that can be sorted; none if there is no index to sort by. */
export function sortParameters(sortable: readonly string[]): Readonly<Record<string, z.ZodOptional>> {
  if (sortable.length === 0) return {};
  return {
    sort: z
      .enum(sortable.flatMap((name) => [name, `-${name}`]))
      .optional()
      .meta({
        description:
          'Sort by this field, then by ascending id. With `-`, the field is in descending order. Default: by id.',
      }),
    cursor: z.string().optional().meta({
      description:
        'With `sort`, instead of `after`: where to continue, as given by the previous page. It is opaque.',
    }),
  };
}

/** The order of a page, and the sort key and id of its last entity. */
const cursorOf = (id: z.ZodType<Id>) => z.tuple([z.string(), z.union([z.string(), z.number()]), id]);
type Cursor = z.infer<ReturnType<typeof cursorOf>>;

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
  after: Id | undefined,
  { schema: idSchema }: Pick<IdType, 'schema'> = integerId,
): Sort | undefined {
  if (sort === undefined) {
    if (cursor === undefined) return undefined;
    throw new Problem('malformed', 'cursor requires sort.');
  }
  if (after !== undefined && after !== 0)
    throw new Problem('malformed', 'A sorted list continues at a cursor, not after an id.');
  const order = readOrder(sort);
  if (cursor === undefined) return order;
  const decoded = cursorOf(idSchema).safeParse(tryParseJson(Buffer.from(cursor, 'base64url').toString()));
  const schema = keys[order.by];
  if (!decoded.success || decoded.data[0] !== sort || !schema || !isKeyOf(schema, decoded.data[1])) {
    throw new Problem('malformed', `The cursor is not from a list that is sorted by ${sort}.`);
  }
  const [, key, id] = decoded.data;
  return { ...order, after: { key, id } };
}

function readOrder(sort: string): Sort {
  const descending = sort.startsWith('-');
  return { by: descending ? sort.slice(1) : sort, descending };
}

/** Returns where the page after an entity begins. */
export function nextAfter(
  indexes: NamedIndexes,
  sort: string | undefined,
  entity: Entity<unknown>,
): NextPage {
  return sort === undefined ? entity.id : { cursor: formatCursor(indexes, sort, entity) };
}

/** Returns the cursor after an entity. */
export function formatCursor(indexes: NamedIndexes, sort: string, { id, state }: Entity<unknown>): string {
  const [key = ''] = indexes[readOrder(sort).by]?.(state) ?? [];
  const cursor: Cursor = [sort, key, id];
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}
