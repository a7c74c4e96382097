/** Reads of a service: the list and the item, current or as of a point in time. */

import { z } from 'zod';
import { nextAfter, parseSort, sortParameters, splitSort } from '../../api/requests/sorting.ts';
import { textParamsOf } from '../../api/requests/text-params.ts';
import { locateMoment, timeOf } from '../../eventlog/point-in-time.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import type { Entity } from '../../domain/entity.ts';
import { AsOf } from '../protocol/as-of.ts';
import { isUnchanged } from '../protocol/conditional.ts';
import { freshnessHeaders, markPageFreshness, waitForPosition } from '../protocol/consistency.ts';
import { createPageCache } from '../protocol/page-cache.ts';
import { formatSeenEvent } from '../protocol/seen-event.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { cutPageBy, linkNext, pageQueryOf } from '../protocol/paging.ts';
import { itemListsOf, itemsIn } from './item-lists.ts';
import { createItemReader, type ItemReader } from './item-reader.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function readOperations(resource: JoinedResource, context: RouteContext): Operation[] {
  const {
    transactor: { view, store },
    freshness,
    listAsOf,
  } = context;
  const { document: schema, nouns, contract } = resource;
  const { noun, plural, one } = nouns;
  const name = capitalize(noun);
  const readCachedPage = createPageCache(freshness);
  const filters = Object.fromEntries(
    Object.entries(resource.indexKeys).map(([field, key]) => [
      field,
      key.optional().meta({ description: `Only ${plural} with exactly this ${field}.`, ...exampleIn(key) }),
    ]),
  );

  const list = defineOperation({
    method: 'get',
    paths: pathsOf(resource),
    name: `list${capitalize(plural)}`,
    summary: `List the ${plural} by ascending id`,
    tag: resource.names[0],
    query: pageQueryOf(contract.id).extend({
      asOf: AsOf.optional(),
      ...textParamsOf(filters).shape,
      ...sortParameters(resource.sortable),
    }),
    headers: freshnessHeaders,
    responses: {
      200: {
        description: `A page of ${plural}.`,
        headers: ['Stream-Position', 'Stream-Positions', 'Last-Event', 'Age', 'Link'],
        body: z.array(schema),
      },
    },
    problems: ['unavailable'],

    async handle({ ctx, query: { limit, after, asOf, ...rest }, headers }) {
      await waitForPosition(headers, freshness);
      // Reads one item more than the page holds, to detect a next page.
      const { where, ...request } = splitSort(rest);
      const sort = parseSort(resource.indexKeys, request, after, contract.id);
      const options = { after, limit: limit + 1, where, sort };
      const nextPage = (last: Entity<unknown>) => nextAfter(resource.indexes, request.sort, last);
      if (asOf === undefined) {
        markPageFreshness(ctx, freshness);
        const { lastMessage } = view;
        if (lastMessage !== undefined) ctx.set('Last-Event', formatSeenEvent(lastMessage));
        const { bytes, next } = readCachedPage(JSON.stringify([limit, after, where, request]), () => {
          const { page, next } = cutPageBy(limit, view.list(options), nextPage);
          const texts = page.map((entity) => resource.serializeExisting(entity).text);
          return {
            bytes: Buffer.from(`[${texts.join(',')}]`),
            next,
          };
        });
        if (next !== undefined) linkNext(ctx, limit, next);
        ctx.type = 'json';
        ctx.body = bytes;
      } else {
        const position = await locateMoment(store, asOf);
        ctx.set('Stream-Position', String(position));
        const { page, next } = cutPageBy(limit, await listAsOf(position, options), nextPage);
        if (next !== undefined) linkNext(ctx, limit, next);
        const presented = await resource.presentAllAsOf(page, () => timeOf(store, asOf, position));
        ctx.body = presented.map(({ body }) => body);
      }
    },
  });

  const readItem = createItemReader(resource, context);

  const item = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/{id}'),
    name: `get${name}`,
    summary: `Get ${one}`,
    tag: resource.names[0],
    query: z.strictObject({ asOf: AsOf.optional() }),
    ...describeItemRead(noun, `The ${noun}.`, schema),

    async handle({ ctx, id, query: { asOf }, headers }) {
      await waitForPosition(headers, freshness);
      const { headers: itemHeaders, entityTag, body } = await readItem(ctx, id, asOf);
      const unchanged = isUnchanged(headers, entityTag);
      ctx.set(itemHeaders);
      if (unchanged) ctx.status = 304;
      else ctx.body = body;
    },
  });

  return [list, item, ...itemLists(resource, readItem, context)];
}

/** `GET /laptops/{id}/ports`: a list in the document, whose items have paths of their own. */
function itemLists(
  resource: JoinedResource,
  readItem: ItemReader,
  { freshness }: Pick<RouteContext, 'freshness'>,
): Operation[] {
  const { noun, one } = resource.nouns;
  const others = ['events', ...resource.relations.map(({ name }) => name)];
  const lists = itemListsOf(resource.document, resource.commands);
  return lists
    .filter(({ segment }) => !others.includes(segment))
    .map(({ segment, field, schema }) =>
      defineOperation({
        method: 'get',
        paths: pathsOf(resource, `/{id}/${segment}`),
        name: `list${capitalize(segment)}Of${capitalize(noun)}`,
        summary: `List the ${segment} of ${one}, in the order of its document`,
        tag: resource.names[0],
        query: z.strictObject({ asOf: AsOf.optional() }),
        ...describeItemRead(noun, `The field \`${field}\` of the ${noun}.`, schema),

        async handle({ ctx, id, query: { asOf }, headers }) {
          await waitForPosition(headers, freshness);
          const { entityTag, body } = await readItem(ctx, id, asOf);
          const unchanged = isUnchanged(headers, entityTag);
          ctx.set('ETag', entityTag);
          if (unchanged) ctx.status = 304;
          else ctx.body = itemsIn({ field }, JSON.parse(body));
        },
      }),
    );
}

/** What the reads of one entity have in common. */
function describeItemRead(noun: string, description: string, body: z.ZodType) {
  return {
    headers: [...freshnessHeaders, 'If-Match', 'If-None-Match'] as const,
    responses: {
      200: { description, headers: ['ETag', 'Stream-Position', 'Age'] as const, body },
      304: {
        description: `If-None-Match contains the current entity tag of the ${noun}.`,
        headers: ['ETag', 'Stream-Position'] as const,
      },
    },
    problems: ['not-found', 'precondition-failed', 'unavailable'] as const,
  };
}

function exampleIn(schema: z.ZodType): { readonly example?: unknown } {
  const { example } = schema.meta() ?? {};
  return example === undefined ? {} : { example };
}
