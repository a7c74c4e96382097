import type { Context } from 'koa';
import type { Id } from '../../domain/entity-id.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { findAsOf, locateMoment, timeOf, type Moment } from '../../eventlog/point-in-time.ts';
import { markFreshness } from '../protocol/consistency.ts';
import { createItemResponses, type ItemResponse } from './item-response.ts';
import type { RouteContext } from './route-context.ts';

/**
 * Returns one entity, current or as of a moment, and sets the headers for read consistency. Throws a Problem `not-found`,
 * `malformed` or `unavailable`.
 */
export type ItemReader = (ctx: Context, id: Id, asOf: Moment | undefined) => Promise<ItemResponse>;

export function createItemReader(
  resource: JoinedResource,
  { transactor: { view, store, decider }, freshness }: RouteContext,
): ItemReader {
  const { present, presentAsOf } = createItemResponses(resource);
  return async (ctx, id, asOf) => {
    if (asOf === undefined) {
      markFreshness(ctx, freshness);
      return present(view.find(id));
    }
    const position = await locateMoment(store, asOf);
    ctx.set('Stream-Position', String(position));
    const entity = await findAsOf({ fold: decider, view, store }, id, position);
    const presented = await resource.presentAsOf(entity, () => timeOf(store, asOf, position));
    return presentAsOf(entity, presented);
  };
}
