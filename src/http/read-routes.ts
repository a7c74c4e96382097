/** The reads of a service: the list and the item, as they are or as they were. */

import type { Router } from '@koa/router';
import { z } from 'zod';
import type { DomainEvent } from '../core/decider.ts';
import { findAsOf, locateMoment } from '../core/time-travel.ts';
import type { Entity } from '../core/view.ts';
import { AsOf } from './as-of.ts';
import { matchesWeakly, parseTags, toEntityTag } from './conditional.ts';
import { markFreshness, waitForPosition } from './consistency.ts';
import { PageQuery, linkNext } from './page.ts';
import { parseId, parseQuery } from './parse.ts';
import { matcherOf, pathsOf, presentExisting, type Resource, type RouteContext } from './resource.ts';

const ItemQuery = z.strictObject({ asOf: AsOf.optional() });

export function addReadRoutes<State, Command, Event extends DomainEvent, Add, Change>(
  router: Router,
  resource: Resource<State, Command, Add, Change>,
  { transactor: { view, store, decider }, freshness, pastList }: RouteContext<State, Command, Event>,
): void {
  const ListQuery = PageQuery.extend({
    asOf: AsOf.optional(),
    ...Object.fromEntries(Object.keys(resource.filters).map((name) => [name, z.string().optional()])),
  });

  router.get(pathsOf(resource), async (ctx) => {
    const { limit, after, asOf, ...filters } = parseQuery(ListQuery, ctx.query);
    await waitForPosition(ctx, freshness);
    // One more than is shown tells whether there is a next page.
    const options = { after, limit: limit + 1 };
    let found: Entity<State>[];
    if (asOf === undefined) {
      markFreshness(ctx, freshness);
      found = view.list({ ...options, matches: matcherOf(resource, filters) });
    } else {
      const position = await locateMoment(store, asOf, Date.now());
      ctx.set('Stream-Position', String(position));
      found = await pastList(position, { ...options, filters });
    }
    const page = found.slice(0, limit);
    if (found.length > limit) linkNext(ctx, limit, page.at(-1)?.id);
    ctx.body = page.map(resource.present);
  });

  router.get(pathsOf(resource, '/:id'), async (ctx) => {
    const id = parseId(ctx.params['id']);
    const { asOf } = parseQuery(ItemQuery, ctx.query);
    await waitForPosition(ctx, freshness);
    let entity: Entity<State>;
    if (asOf === undefined) {
      markFreshness(ctx, freshness);
      entity = view.find(id);
    } else {
      const position = await locateMoment(store, asOf, Date.now());
      ctx.set('Stream-Position', String(position));
      entity = await findAsOf(decider, store, id, position);
    }
    const body = presentExisting(resource, entity);
    ctx.set('ETag', toEntityTag(entity.version));
    const condition = parseTags('If-None-Match', ctx.get('If-None-Match'));
    if (condition !== undefined && matchesWeakly(condition, entity.version)) ctx.status = 304;
    else ctx.body = body;
  });
}
