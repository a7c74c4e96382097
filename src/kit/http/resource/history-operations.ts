/** What stands in the log: one entity's history, and the messages that the fold refused. */

import { z } from 'zod';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { cloudEventBatchMediaType, cloudEventMediaType, toCloudEvent } from '../../api/cloud-event.ts';
import { historyEntryOf, RejectedMessage, toLiveEvent, toTimestamp } from '../../api/documents.ts';
import { judgeHistory, type HistoryEntry } from '../../domain/fold.ts';
import { Problem } from '../../domain/problem.ts';
import { freshnessHeaders, markFreshness, waitForPosition } from '../protocol/consistency.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/resource.ts';
import { defineOperation, jsonMediaType, type Operation } from '../server/operation.ts';
import { linkNext, PageQuery } from '../protocol/paging.ts';
import { pathsOf, sourceOf, type RouteContext } from './route-context.ts';

export function historyOperations(
  resource: JoinedResource,
  { transactor: { view, store, decider }, freshness, eventSchema }: RouteContext,
  CloudEvent: z.ZodType,
): Operation[] {
  const { noun } = resource;
  const name = capitalize(noun);
  const Entry = historyEntryOf(eventSchema).meta({ id: `${name}HistoryEntry` });
  const source = sourceOf(resource);

  const rejections = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/rejections'),
    name: `list${name}Rejections`,
    summary: 'The newest stored messages that the fold refused, and why',
    tag: resource.names[0],
    headers: freshnessHeaders,
    responses: {
      200: {
        description: 'Refused messages, oldest first.',
        headers: ['Stream-Position', 'Age'],
        body: z.array(RejectedMessage),
      },
    },
    problems: ['unavailable'],

    async handle({ ctx, headers }) {
      await waitForPosition(headers, freshness);
      markFreshness(ctx, freshness);
      ctx.body = view.rejections().map((rejected) => ({ ...rejected, time: toTimestamp(rejected.time) }));
    },
  });

  const history = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/{id}/events'),
    name: `get${name}History`,
    summary: `The history of one ${noun}`,
    tag: resource.names[0],
    query: PageQuery,
    headers: freshnessHeaders,
    responses: {
      200: {
        description:
          'Its messages in order; `after` is a position here. As CloudEvents: those that are events and were not refused.',
        headers: ['Stream-Position', 'Age', 'Link', 'Vary'],
        body: z.array(Entry),
        alternatives: { [cloudEventBatchMediaType]: z.array(CloudEvent) },
      },
    },
    // A list of such documents is a batch, so this is what is answered.
    alsoAcceptable: [cloudEventMediaType],
    problems: ['not-found', 'unavailable'],

    async handle({ ctx, id, query: { limit, after }, headers, accepted }) {
      await waitForPosition(headers, freshness);
      markFreshness(ctx, freshness);
      const last = await store.lastPositionOf(id);
      if (last === 0) throw new Problem('not-found', `There never was a ${noun} ${id}.`);
      // From the beginning, because whether a message follows depends on all that came before.
      const judged = judgeHistory(decider, await store.history(id, { upTo: last }));
      const following = judged.filter(({ message }) => message.position > after);
      const isUsual = accepted === jsonMediaType;
      const found = isUsual ? following : following.filter(({ rejection }) => rejection === undefined);
      const page = found.slice(0, limit);
      if (found.length > limit) linkNext(ctx, limit, page.at(-1)?.message.position);
      if (!isUsual) ctx.set('Content-Type', cloudEventBatchMediaType);
      ctx.body = isUsual ? page.map(presentEntry) : page.flatMap((entry) => presentCloudEvent(source, entry));
    },
  });

  return [rejections, history];
}

/** Nothing for what is no event. */
function presentCloudEvent<Event extends DomainEvent>(source: string, { message }: HistoryEntry<Event>) {
  const { content } = message;
  return content instanceof Rejection ? [] : [toCloudEvent(source, toLiveEvent(message, content))];
}

function presentEntry<Event extends DomainEvent>({ message, rejection }: HistoryEntry<Event>) {
  const { position, time, messageId, traceparent, content } = message;
  return {
    position,
    time: toTimestamp(time),
    ...(messageId !== undefined && { messageId }),
    ...(traceparent !== undefined && { traceparent }),
    ...(!(content instanceof Rejection) && { event: content }),
    ...(rejection !== undefined && { rejected: rejection.reason }),
  };
}
