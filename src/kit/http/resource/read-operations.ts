/** Reads of a service: the list and the item, current or as of a point in time. */

import { z } from 'zod';
import { nextAfter, parseSort, sortParameters, splitSort } from '../../api/requests/sorting.ts';
import { textParamsOf } from '../../api/requests/text-params.ts';
import { locateMoment, timeOf, type Moment } from '../../eventlog/point-in-time.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import type { Id } from '../../domain/entity-id.ts';
import type { Entity } from '../../domain/entity.ts';
import { AsOf } from '../protocol/as-of.ts';
import { formatStreamPositions, freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import { createPageCache, type Page } from '../protocol/page-cache.ts';
import { formatSeenEvent } from '../protocol/seen-event.ts';
import { defineRead, jsonContentType, type Operation, type ReadContext } from '../server/operation.ts';
import { cutPageBy, formatNextLink, linkNext, pageQueryOf } from '../protocol/paging.ts';
import { itemListsOf, itemsIn } from './item-lists.ts';
import { createItemReader, type ItemReader } from './item-reader.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

/** The parameters of a list except `asOf`: also filters, `sort` and `cursor`. */
type ListQuery = { readonly limit: number; readonly after: Id | undefined };

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

  const list = defineRead({
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

    read({ ctx, query: { asOf, ...query } }) {
      if (asOf !== undefined) return readListAsOf(ctx, query, asOf);
      markFreshness(ctx, freshness);
      const { bytes, headers } = readCachedPage(`${ctx.path}?${ctx.querystring}`, () => readPage(ctx, query));
      ctx.set(headers);
      ctx.body = bytes;
      return undefined;
    },
  });

  /** Returns which entities to read for a page, and a function that cuts the page from them. */
  function planPage({ limit, after, ...rest }: ListQuery) {
    const { where, ...request } = splitSort(rest);
    const sort = parseSort(resource.indexKeys, request, after, contract.id);
    return {
      // One item more than the page holds, to detect a next page.
      options: { after, limit: limit + 1, where, sort },
      cut: (found: Entity<unknown>[]) =>
        cutPageBy(limit, found, (last) => nextAfter(resource.indexes, request.sort, last)),
    };
  }

  function readPage(ctx: ReadContext, query: ListQuery): Page {
    const { options, cut } = planPage(query);
    const { page, next } = cut(view.list(options));
    const texts = page.map((entity) => resource.serializeExisting(entity).text);
    const { lastMessage } = view;
    const headers = {
      'Content-Type': jsonContentType,
      'Stream-Positions': formatStreamPositions(freshness),
      ...(lastMessage !== undefined && { 'Last-Event': formatSeenEvent(lastMessage) }),
      ...(next !== undefined && { Link: formatNextLink(ctx, query.limit, next) }),
    };
    return { bytes: Buffer.from(`[${texts.join(',')}]`), headers };
  }

  async function readListAsOf(ctx: ReadContext, query: ListQuery, asOf: Moment): Promise<void> {
    const { options, cut } = planPage(query);
    const position = await locateMoment(store, asOf);
    ctx.set('Stream-Position', String(position));
    const { page, next } = cut(await listAsOf(position, options));
    if (next !== undefined) linkNext(ctx, query.limit, next);
    const presented = await resource.presentAllAsOf(page, () => timeOf(store, asOf, position));
    ctx.body = presented.map(({ body }) => body);
  }

  const readItem = createItemReader(resource, context);

  const item = defineRead({
    paths: pathsOf(resource, '/{id}'),
    name: `get${name}`,
    summary: `Get ${one}`,
    tag: resource.names[0],
    query: z.strictObject({ asOf: AsOf.optional() }),
    ...describeItemRead(noun, `The ${noun}.`, schema),

    read: (input) => readItem(input),
  });

  return [list, item, ...itemLists(resource, readItem)];
}

/** `GET /laptops/{id}/ports`: a list in the document, whose items have paths of their own. */
function itemLists(resource: JoinedResource, readItem: ItemReader): Operation[] {
  const { noun, one } = resource.nouns;
  const others = ['events', ...resource.relations.map(({ name }) => name)];
  const lists = itemListsOf(resource.document, resource.commands);
  return lists
    .filter(({ segment }) => !others.includes(segment))
    .map(({ segment, field, schema }) =>
      defineRead({
        paths: pathsOf(resource, `/{id}/${segment}`),
        name: `list${capitalize(segment)}Of${capitalize(noun)}`,
        summary: `List the ${segment} of ${one}, in the order of its document`,
        tag: resource.names[0],
        query: z.strictObject({ asOf: AsOf.optional() }),
        ...describeItemRead(noun, `The field \`${field}\` of the ${noun}.`, schema),

        read: (input) => readItem(input, (body) => JSON.stringify(itemsIn({ field }, JSON.parse(body)))),
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
