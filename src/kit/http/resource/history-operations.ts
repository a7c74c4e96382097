/** Reads of the event log: the history of one entity, and the rejected messages. */

import { z } from 'zod';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { cloudEventBatchMediaType, cloudEventMediaType, toCloudEvent } from '../../api/events/cloud-event.ts';
import { historyEntryOf, RejectedMessage, toLiveEvent, toTimestamp } from '../../api/responses/documents.ts';
import { annotateHistory, type HistoryEntry } from '../../domain/fold.ts';
import { Problem } from '../../domain/problem.ts';
import {
  freshnessHeaders,
  markFreshness,
  waitForPageStart,
  waitForPosition,
} from '../protocol/consistency.ts';
import { readEntityHistory } from '../../eventlog/entity-history.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { defineOperation, jsonMediaType, type Operation } from '../server/operation.ts';
import { cutPageBy, linkNext, PageQuery } from '../protocol/paging.ts';
import { pathsOf, sourceOf, type RouteContext } from './route-context.ts';

export function historyOperations(
  resource: JoinedResource,
  { transactor: { view, store, decider }, freshness, eventSchema }: RouteContext,
  CloudEvent: z.ZodType,
): Operation[] {
  const { noun, one } = resource.nouns;
  const name = capitalize(noun);
  const Entry = historyEntryOf(eventSchema).meta({ id: `${name}HistoryEntry` });
  const source = sourceOf(resource);

  const rejections = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/rejections'),
    name: `list${name}Rejections`,
    summary: 'List the most recent rejected messages with the reasons',
    tag: resource.names[0],
    headers: freshnessHeaders,
    responses: {
      200: {
        description: 'Rejected messages, oldest first.',
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
    summary: `Get the history of ${one}`,
    tag: resource.names[0],
    query: PageQuery,
    headers: freshnessHeaders,
    responses: {
      200: {
        description:
          `The messages of the ${noun} in order; here, \`after\` is a position, and one beyond the end of the stream is ` +
          'rejected. As CloudEvents: only events, without rejected messages.',
        headers: ['Stream-Position', 'Age', 'Link', 'Vary'],
        body: z.array(Entry),
        alternatives: { [cloudEventBatchMediaType]: z.array(CloudEvent) },
      },
    },
    // The response is a batch of documents of this media type.
    alsoAcceptable: [cloudEventMediaType],
    problems: ['not-found', 'unavailable'],

    async handle({ ctx, id, query: { limit, after }, headers, accepted }) {
      await waitForPosition(headers, freshness);
      await waitForPageStart(freshness, after);
      markFreshness(ctx, freshness);
      const messages = await readEntityHistory({ view, store }, id);
      if (messages.length === 0) throw new Problem('not-found', `No ${noun} ${id} has ever existed.`);
      // Folded from the beginning, because whether a message is valid depends on all previous ones.
      const annotated = annotateHistory(decider, messages);
      const requested = annotated.filter(({ message }) => message.position > after);
      const isJson = accepted === jsonMediaType;
      const found = isJson ? requested : requested.filter(({ rejection }) => rejection === undefined);
      const { page, next } = cutPageBy(limit, found, ({ message }) => message.position);
      if (next !== undefined) linkNext(ctx, limit, next);
      if (!isJson) ctx.set('Content-Type', cloudEventBatchMediaType);
      ctx.body = isJson ? page.map(presentEntry) : page.flatMap((entry) => presentCloudEvent(source, entry));
    },
  });

  return [rejections, history];
}

/** Returns one CloudEvent; none for a message that is not an event. */
function presentCloudEvent<Event extends DomainEvent>(source: string, { message }: HistoryEntry<Event>) {
  const { content } = message;
  return content instanceof Rejection ? [] : [toCloudEvent(source, toLiveEvent(message, content))];
}

function presentEntry<Event extends DomainEvent>({ message, rejection }: HistoryEntry<Event>) {
  const { position, time, messageId, traceparent, actor, content } = message;
  return {
    position,
    time: toTimestamp(time),
    ...(messageId !== undefined && { messageId }),
    ...(traceparent !== undefined && { traceparent }),
    ...(actor !== undefined && { actor }),
    ...(!(content instanceof Rejection) && { event: content }),
    ...(rejection !== undefined && { rejected: rejection.reason }),
  };
}
