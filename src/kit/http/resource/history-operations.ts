/** Reads of the event log: the history of one entity, and the rejected messages. */

import { z } from 'zod';
import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { cloudEventBatchMediaType, cloudEventMediaType, toCloudEvent } from '../../api/events/cloud-event.ts';
import {
  historyEntryOf,
  RejectedMessage,
  toHistoryEntry,
  toLiveEvent,
  toTimestamp,
} from '../../api/responses/documents.ts';
import type { HistoryEntry } from '../../domain/fold.ts';
import { Problem } from '../../domain/problem.ts';
import { waitForHistoryRange } from '../../eventlog/page-start.ts';
import { freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import { createHistoryPages } from '../../eventlog/history-pages.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { defineRead, jsonContentType, jsonMediaType, type Operation } from '../server/operation.ts';
import { HistoryQuery, linkNext } from '../protocol/paging.ts';
import { createVersionCache } from '../protocol/version-cache.ts';
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
  const readPage = createHistoryPages(decider, { view, store });
  const readCached = createVersionCache();

  const rejections = defineRead({
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

    read({ ctx }) {
      markFreshness(ctx, freshness);
      ctx.body = view.rejections().map((rejected) => ({ ...rejected, time: toTimestamp(rejected.time) }));
    },
  });

  const history = defineRead({
    paths: pathsOf(resource, '/{id}/events'),
    name: `get${name}History`,
    summary: `Get the history of ${one}`,
    tag: resource.names[0],
    query: HistoryQuery,
    headers: freshnessHeaders,
    responses: {
      200: {
        description:
          `The messages of the ${noun} in order; here, \`after\` is a position. It is rejected if it is beyond the end of the ` +
          'stream, and so is `before`. As CloudEvents: only events, without rejected messages.',
        headers: ['Stream-Position', 'Age', 'Link', 'Vary'],
        body: z.array(Entry),
        alternatives: { [cloudEventBatchMediaType]: z.array(CloudEvent) },
      },
    },
    // The response is a batch of documents of this media type.
    alsoAcceptable: [cloudEventMediaType],
    problems: ['not-found', 'unavailable'],

    async read({ ctx, id, query: { limit, after, before, order }, accepted }) {
      await waitForHistoryRange(freshness, { after, before });
      markFreshness(ctx, freshness);
      const isJson = accepted === jsonMediaType;
      const { version } = view.find(id);
      const key = [accepted, order, limit, after, before, id].join(' ');
      const { bytes, next } = await readCached(key, version, async () => {
        const page = await readPage(id, { order, limit, after, before, withRejected: isJson });
        if (page === undefined) throw new Problem('not-found', `No ${noun} ${id} has ever existed.`);
        const entries = isJson
          ? page.entries.map(toHistoryEntry)
          : page.entries.flatMap((entry) => presentCloudEvent(source, entry));
        return { bytes: Buffer.from(JSON.stringify(entries)), next: page.next };
      });
      if (next !== undefined) linkNext(ctx, limit, order === 'asc' ? next : { before: next });
      ctx.set('Content-Type', isJson ? jsonContentType : cloudEventBatchMediaType);
      ctx.body = bytes;
    },
  });

  return [rejections, history];
}

/** Returns one CloudEvent; none for a message that is not an event. */
function presentCloudEvent<Event extends DomainEvent>(source: string, { message }: HistoryEntry<Event>) {
  const { content } = message;
  return content instanceof Rejection ? [] : [toCloudEvent(source, toLiveEvent(message, content))];
}
