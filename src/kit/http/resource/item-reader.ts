import type { Id } from '../../domain/entity-id.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { findAsOf, locateMoment, timeOf, type Moment } from '../../eventlog/point-in-time.ts';
import { isUnchanged } from '../protocol/conditional.ts';
import { markFreshness } from '../protocol/consistency.ts';
import type { ReadContext, ReadInput } from '../server/operation.ts';
import { createItemResponses, type ItemResponse } from './item-response.ts';
import type { RouteContext } from './route-context.ts';

/**
 * Responds with one entity, current or as of a moment, or with a part of it. Throws a Problem `not-found`, `precondition-failed`,
 * `malformed` or `unavailable`.
 *
 * @param select returns the part of the entity. Both are JSON.
 */
export type ItemReader = (
  input: ReadInput<unknown, { readonly asOf?: Moment | undefined }>,
  select?: (body: string) => string,
) => Promise<void> | void;

export function createItemReader(
  resource: JoinedResource,
  { transactor: { view, store, decider }, freshness }: RouteContext,
): ItemReader {
  const { present, presentAsOf } = createItemResponses(resource);

  async function readAsOf(ctx: ReadContext, id: Id, asOf: Moment): Promise<ItemResponse> {
    const position = await locateMoment(store, asOf);
    ctx.set('Stream-Position', String(position));
    const entity = await findAsOf({ fold: decider, view, store }, id, position);
    const presented = await resource.presentAsOf(entity, () => timeOf(store, asOf, position));
    return presentAsOf(entity, presented);
  }

  return ({ ctx, id, query: { asOf }, headers }, select = (body) => body) => {
    function respond({ headers: itemHeaders, body }: ItemResponse) {
      const { ETag } = itemHeaders;
      if (isUnchanged(headers, ETag)) {
        ctx.status = 304;
        ctx.set('ETag', ETag);
      } else {
        ctx.set(itemHeaders);
        ctx.body = select(body);
      }
    }
    if (asOf !== undefined) return readAsOf(ctx, id, asOf).then(respond);
    markFreshness(ctx, freshness);
    return respond(present(view.find(id)));
  };
}
