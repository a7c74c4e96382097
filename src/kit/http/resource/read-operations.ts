/** Reads of a service: the list and the item, current or as of a point in time. */

import type { Context } from 'koa';
import { z } from 'zod';
import { findAsOf, locateMoment, timeOf, type Moment } from '../../eventlog/point-in-time.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/nouns.ts';
import { matcherOf } from '../../domain/service.ts';
import { AsOf } from '../protocol/as-of.ts';
import { matchesWeakly, readCondition } from '../protocol/conditional.ts';
import { freshnessHeaders, markFreshness, waitForPosition } from '../protocol/consistency.ts';
import { createPageCache } from '../protocol/page-cache.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { cutPage, linkNext, PageQuery, takePage } from '../protocol/paging.ts';
import { createItemResponses, type ItemResponse } from './item-response.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function readOperations(
  resource: JoinedResource,
  { transactor: { view, store, decider }, freshness, listAsOf }: RouteContext,
): Operation[] {
  const { document: schema, nouns } = resource;
  const { noun, plural, one } = nouns;
  const name = capitalize(noun);
  const readCachedPage = createPageCache(freshness);
  const filters = Object.fromEntries(
    Object.keys(resource.filters).map((field) => [
      field,
      z
        .string()
        .optional()
        .meta({ description: `Only ${plural} with exactly this ${field}.` }),
    ]),
  );

  const list = defineOperation({
    method: 'get',
    paths: pathsOf(resource),
    name: `list${capitalize(plural)}`,
    summary: `List the ${plural} by ascending id`,
    tag: resource.names[0],
    query: PageQuery.extend({ asOf: AsOf.optional(), ...filters }),
    headers: freshnessHeaders,
    responses: {
      200: {
        description: `A page of ${plural}.`,
        headers: ['Stream-Position', 'Age', 'Link'],
        body: z.array(schema),
      },
    },
    problems: ['unavailable'],

    async handle({ ctx, query: { limit, after, asOf, ...wanted }, headers }) {
      await waitForPosition(headers, freshness);
      // Reads one item more than the page holds, to detect a next page.
      const options = { after, limit: limit + 1 };
      if (asOf === undefined) {
        markFreshness(ctx, freshness);
        const { bytes, next: nextAfter } = readCachedPage(JSON.stringify([limit, after, wanted]), () => {
          const found = view.list({ ...options, matches: matcherOf(resource, wanted) });
          const { page, next } = cutPage(limit, found);
          const texts = page.map((entity) => resource.serializeExisting(entity).text);
          return {
            bytes: Buffer.from(`[${texts.join(',')}]`),
            next,
          };
        });
        if (nextAfter !== undefined) linkNext(ctx, limit, nextAfter);
        ctx.type = 'json';
        ctx.body = bytes;
      } else {
        const position = await locateMoment(store, asOf);
        ctx.set('Stream-Position', String(position));
        const found = await listAsOf(position, { ...options, filters: wanted });
        const page = takePage(ctx, limit, found);
        const presented = await resource.presentAllAsOf(page, () => timeOf(store, asOf, position));
        ctx.body = presented.map(({ body }) => body);
      }
    },
  });

  const { present, presentAsOf } = createItemResponses(resource);

  async function respond(ctx: Context, id: number, asOf: Moment | undefined): Promise<ItemResponse> {
    if (asOf === undefined) {
      markFreshness(ctx, freshness);
      return present(view.find(id));
    }
    const position = await locateMoment(store, asOf);
    ctx.set('Stream-Position', String(position));
    const entity = await findAsOf(decider, store, id, position);
    const presented = await resource.presentAsOf(entity, () => timeOf(store, asOf, position));
    return presentAsOf(entity, presented);
  }

  const item = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/{id}'),
    name: `get${name}`,
    summary: `Get ${one}`,
    tag: resource.names[0],
    query: z.strictObject({ asOf: AsOf.optional() }),
    headers: [...freshnessHeaders, 'If-None-Match'],
    responses: {
      200: { description: `The ${noun}.`, headers: ['ETag', 'Stream-Position', 'Age'], body: schema },
      304: {
        description: `If-None-Match contains the current entity tag of the ${noun}.`,
        headers: ['ETag', 'Stream-Position'],
      },
    },
    problems: ['not-found', 'unavailable'],

    async handle({ ctx, id, query: { asOf }, headers }) {
      await waitForPosition(headers, freshness);
      const { headers: itemHeaders, entityTag, body } = await respond(ctx, id, asOf);
      ctx.set(itemHeaders);
      const condition = readCondition(headers['If-None-Match']);
      if (condition !== undefined && matchesWeakly(condition, entityTag)) ctx.status = 304;
      else ctx.body = body;
    },
  });

  return [list, item];
}
