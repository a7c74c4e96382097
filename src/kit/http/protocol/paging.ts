/** Pagination: `?limit`, `?after`, and a Link header for the next page (RFC 8288). */

import { z } from 'zod';
import { integerBetween } from '../../api/requests/integer-between.ts';
import type { NextPage } from '../../api/requests/sorting.ts';
import type { Id } from '../../domain/entity-id.ts';
import { isTextId, type IdType } from '../../domain/id-type.ts';
import type { ReadContext } from '../server/operation.ts';

type LinkContext = Pick<ReadContext, 'path' | 'querystring' | 'set'>;

const defaultLimit = 1000;
const maxLimit = 10_000;

/** Converts decimal digits to a number. Any other text is returned unchanged, so that the schema rejects it. */
function parseDigits(text: unknown): unknown {
  return typeof text === 'string' && /^[0-9]{1,16}$/.test(text) ? Number(text) : text;
}

/** Selects at most `limit` items after `after`. */
export const PageQuery = z.strictObject({
  limit: limitOf(defaultLimit, maxLimit).meta({
    description: 'Maximum number of items per page.',
    example: 100,
  }),
  after: z.preprocess(parseDigits, integerBetween(0, Number.MAX_SAFE_INTEGER)).default(0).meta({
    description:
      'Return only items after this id, the last one of the previous page. In a history, it is a position.',
    example: 100,
  }),
});

/** Selects messages of a history. */
export const HistoryQuery = PageQuery.extend({
  before: z
    .preprocess(parseDigits, integerBetween(1, Number.MAX_SAFE_INTEGER).optional())
    .meta({ description: 'Return only messages before this position.', example: 100 }),
  order: z
    .enum(['asc', 'desc'])
    .default('asc')
    .meta({ description: '`desc`: newest message first.', example: 'desc' }),
});

/** The same for a list of entities with ids of this type. */
export function pageQueryOf(type: IdType) {
  const after: z.ZodType<Id | undefined> = isTextId(type)
    ? type.schema
        .optional()
        .meta({ description: 'Return only items after this id, the last one of the previous page.' })
    : PageQuery.shape.after;
  return PageQuery.extend({ after });
}

/** Returns the page from `found`, which has `limit` + 1 items if there is a next page. Sets the Link header in that case. */
export function takePage<Item extends { readonly id: Id }>(
  ctx: LinkContext,
  limit: number,
  found: readonly Item[],
): Item[] {
  const { page, next } = cutPage(limit, found);
  if (next !== undefined) linkNext(ctx, limit, next);
  return page;
}

/** Like `takePage`, but returns the last id of the page (`next`) instead of setting the Link header. */
export function cutPage<Item extends { readonly id: Id }>(limit: number, found: readonly Item[]) {
  return cutPageBy(limit, found, ({ id }) => id);
}

/** Like `cutPage`, for items that are ordered by another key than their id. */
export function cutPageBy<Item, Next>(
  limit: number,
  found: readonly Item[],
  keyOf: (item: Item) => Next,
): { page: Item[]; next: Next | undefined } {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { page, next: found.length > limit && last !== undefined ? keyOf(last) : undefined };
}

/** The schema of the parameter `limit`. */
export function limitOf(defaultValue: number, max: number) {
  return z.preprocess(parseDigits, integerBetween(1, max)).default(defaultValue);
}

export function linkNext(ctx: LinkContext, limit: number, next: NextPage): void {
  ctx.set('Link', formatNextLink(ctx, limit, next));
}

/** The value of Link: the next page, with the other query parameters unchanged, except for `lastEventId`. */
export function formatNextLink(
  { path, querystring }: Pick<LinkContext, 'path' | 'querystring'>,
  limit: number,
  next: NextPage,
): string {
  const query = new URLSearchParams(querystring);
  query.set('limit', String(limit));
  // It would take precedence over `after`.
  query.delete('lastEventId');
  const start = typeof next === 'object' ? next : { after: next };
  for (const [name, value] of Object.entries(start)) query.set(name, String(value));
  return `<${path}?${query.toString()}>; rel="next"`;
}
