/** Long answers come in pages: `?limit`, `?after`, and a link to the next one (RFC 8288). */

import type { Context } from 'koa';
import { z } from 'zod';

const defaultLimit = 1000;
const maxLimit = 10_000;

/** What digits alone say: not empty, no sign, no exponent, no other base; anything else stays a text, and is refused. */
function readDigits(text: unknown): unknown {
  return typeof text === 'string' && /^[0-9]{1,16}$/.test(text) ? Number(text) : text;
}

const notWhole = 'must be a whole number';

/** Which page is asked for: at most `limit` items, from the first one beyond `after`. */
export const PageQuery = z.strictObject({
  limit: limitOf(defaultLimit, maxLimit).meta({
    description: 'How many the page holds at most.',
    example: 100,
  }),
  after: z
    .preprocess(readDigits, z.int(notWhole).min(0))
    .default(0)
    .meta({ description: 'Where the page before ended: only what is beyond.', example: 100 }),
});

/** The page out of `found`, which holds one more when there is a next page; that one is linked. */
export function takePage<Item extends { readonly id: number }>(
  ctx: Context,
  limit: number,
  found: readonly Item[],
): Item[] {
  const { page, next } = cutPage(limit, found);
  if (next !== undefined) linkNext(ctx, limit, next);
  return page;
}

/** The same, and the id that the page ends with where there is a next one. */
export function cutPage<Item extends { readonly id: number }>(limit: number, found: readonly Item[]) {
  const page = found.slice(0, limit);
  return { page, next: found.length > limit ? page.at(-1)?.id : undefined };
}

/** The `limit` of a page. */
export function limitOf(usual: number, max: number) {
  return z.preprocess(readDigits, z.int(notWhole).min(1).max(max)).default(usual);
}

/** Links the page that begins beyond `after`, with the other parameters of this one. */
export function linkNext(ctx: Context, limit: number, after: number | undefined): void {
  const query = new URLSearchParams(ctx.querystring);
  query.set('limit', String(limit));
  query.set('after', String(after));
  ctx.set('Link', `<${ctx.path}?${query.toString()}>; rel="next"`);
}
