/** What stands in the log: one entity's history, and the messages that the fold refused. */

import type { Router } from '@koa/router';
import { Rejection, type DomainEvent } from '../core/decider.ts';
import { judgeHistory, type HistoryEntry } from '../core/fold.ts';
import { Problem } from '../core/problem.ts';
import { markFreshness, waitForPosition } from './consistency.ts';
import { linkNext, PageQuery } from './page.ts';
import { parseId, parseQuery } from './parse.ts';
import { pathsOf, type Resource, type RouteContext } from './resource.ts';

export function addHistoryRoutes<State, Command, Event extends DomainEvent, Add, Change>(
  router: Router,
  resource: Resource<State, Command, Add, Change>,
  { transactor: { view, store, decider }, freshness }: RouteContext<State, Command, Event>,
): void {
  router.get(pathsOf(resource, '/rejections'), async (ctx) => {
    await waitForPosition(ctx, freshness);
    markFreshness(ctx, freshness);
    ctx.body = view.rejections().map((rejected) => ({ ...rejected, time: toTimestamp(rejected.time) }));
  });

  router.get(pathsOf(resource, '/:id/events'), async (ctx) => {
    const id = parseId(ctx.params['id']);
    const { limit, after } = parseQuery(PageQuery, ctx.query);
    await waitForPosition(ctx, freshness);
    markFreshness(ctx, freshness);
    const last = await store.lastPositionOf(id);
    if (last === 0) throw new Problem('not-found', `There never was a ${resource.noun} ${id}.`);
    // From the beginning, because whether a message follows depends on all that came before.
    const history = judgeHistory(decider, await store.history(id, { upTo: last }));
    const found = history.filter(({ message }) => message.position > after);
    const page = found.slice(0, limit);
    if (found.length > limit) linkNext(ctx, limit, page.at(-1)?.message.position);
    ctx.body = page.map(presentEntry);
  });
}

function presentEntry<Event extends DomainEvent>({ message, rejection }: HistoryEntry<Event>) {
  const { position, time, messageId, content } = message;
  return {
    position,
    time: toTimestamp(time),
    ...(messageId !== undefined && { messageId }),
    ...(!(content instanceof Rejection) && { event: content }),
    ...(rejection !== undefined && { rejected: rejection.reason }),
  };
}

function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}
