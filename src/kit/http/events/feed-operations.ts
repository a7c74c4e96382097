/** `GET /laptops/events`: the events of all entities, live or as pages of CloudEvents. */

import { z } from 'zod';
import { cloudEventBatchMediaType, cloudEventMediaType, toCloudEvent } from '../../api/events/cloud-event.ts';
import { Problem } from '../../domain/problem.ts';
import type { IdType } from '../../domain/id-type.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/service/nouns.ts';
import { waitForPageStart } from '../../eventlog/page-start.ts';
import { freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import type { FeedFormat } from './feed-item.ts';
import { textOfId, typeFilter } from './log-query.ts';
import { mayHold } from './resumption.ts';
import { parseSeenEvent } from '../protocol/seen-event.ts';
import { readFeedPage } from './feed-page.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { limitOf, linkNext } from '../protocol/paging.ts';
import { pathsOf, sourceOf, type RouteContext } from '../resource/route-context.ts';

export function feedOperations(
  resource: JoinedResource,
  { transactor: { view, store }, feed, eventTypes, freshness }: RouteContext,
  CloudEvent: z.ZodType,
): Operation[] {
  const { noun, plural } = resource.nouns;
  const { stream } = freshness;
  const source = sourceOf(resource);
  const asCloudEvent: FeedFormat = (event) => toCloudEvent(source, event);

  const follow = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/events'),
    name: `follow${capitalize(noun)}Events`,
    summary: `Subscribe to the events of all ${plural} (Server-Sent Events), or read a page of them (CloudEvents)`,
    tag: resource.names[0],
    query: feedQuery(noun, eventTypes, resource.contract.id),
    headers: ['Last-Event-ID', 'Seen-Event', ...freshnessHeaders],
    responses: {
      200: {
        description:
          'The `id` of an event is its position. Its `data` is JSON (position, time, id, messageId, traceparent, actor, ' +
          `event), or a CloudEvent with \`Accept: ${cloudEventMediaType}\`. The service also sends ` +
          '`reset` if the requested position is not in the stream, because the stream ends before it, has deleted events ' +
          'after it, or has another message in place of `Seen-Event` (read the list again, then continue after the ' +
          '`position` in its `data`), `too-slow` before it disconnects a client that does not read, and a comment ' +
          'every 15 s. A CloudEvents batch is a page of the events after `after` (default 0), with a link to the next ' +
          'page. If there is no next page, poll again later with `after` set to `Stream-Position`. An `after` beyond the ' +
          'end of the stream, and a `Seen-Event` that the stream does not hold, are rejected with 400. The EventSource of ' +
          'browsers cannot send `Seen-Event`: to notice that the stream was replaced, request such a page with it after ' +
          'each `open`, and after 400, read the list again and open a new EventSource.',
        headers: ['Stream-Position', 'Age', 'Link', 'Vary'],
        body: z.string(),
        mediaType: 'text/event-stream',
        alternatives: { [cloudEventBatchMediaType]: z.array(CloudEvent) },
      },
    },
    // The response is an event stream whose `data` fields have this media type.
    alsoAcceptable: [cloudEventMediaType],
    problems: ['unavailable'],

    async handle({ ctx, query: { type, id, after, lastEventId, format, limit }, headers, accepted }) {
      // The header is the latest position: a browser sends it when it reconnects, with the query of its first request.
      const resumed = headers['Last-Event-ID'] ?? lastEventId;
      const position = resumed === undefined || resumed === '' ? after : Number(resumed);
      if (accepted === cloudEventBatchMediaType) await waitForPageStart(freshness, position ?? 0);
      markFreshness(ctx, freshness);
      const seen = headers['Seen-Event'] === undefined ? undefined : parseSeenEvent(headers['Seen-Event']);
      const filter = { types: typeof type === 'string' ? [type] : type, id };
      if (accepted === cloudEventBatchMediaType) {
        if (seen !== undefined && !(await mayHold(store, seen))) {
          throw new Problem('malformed', `${stream} has another message at position ${seen.position}.`);
        }
        const { events, next } = await readFeedPage(view, store, { after: position ?? 0, limit, filter });
        if (next !== undefined) linkNext(ctx, limit, next);
        ctx.set('Content-Type', cloudEventBatchMediaType);
        ctx.body = events.map(asCloudEvent);
        return;
      }
      ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
      ctx.set('Cache-Control', 'no-store, no-transform');
      ctx.set('X-Accel-Buffering', 'no');
      ctx.compress = false;
      const wantsCloudEvents = accepted === cloudEventMediaType || format === 'cloudevents';
      const request = { after: position, seen, filter, format: wantsCloudEvents ? asCloudEvent : undefined };
      // Nothing is sent in response to HEAD, so an opened body would never be closed.
      if (ctx.method === 'HEAD') ctx.status = 200;
      else ctx.body = feed.open(request, ctx.res);
    },
  });

  return [follow];
}

function feedQuery(noun: string, eventTypes: readonly string[], type: IdType) {
  return z.strictObject({
    type: typeFilter(eventTypes),
    id: textOfId(type)
      .optional()
      .meta({ description: `Only events of this ${noun}.` }),
    after: z
      .string()
      .regex(/^[0-9]{1,15}$/, 'must be a position (0, 1, 2 …)')
      .transform(Number)
      .optional()
      .meta({
        description:
          'Start after this position, for example the `Stream-Position` of a list. For browsers, which cannot set ' +
          'Last-Event-ID. The Last-Event-ID that a browser sends when it reconnects takes precedence.',
      }),
    lastEventId: z
      .string()
      // A polyfill may send an empty one before it has received an event.
      .regex(/^[0-9]{0,15}$/, 'must be a position (0, 1, 2 …)')
      .optional()
      .meta({
        description:
          'Like the header Last-Event-ID, for polyfills of EventSource, which cannot set it. The header takes precedence, ' +
          'and both take precedence over `after`.',
      }),
    format: z
      .literal('cloudevents')
      .optional()
      .meta({
        description:
          `Sends CloudEvents as the \`data\` of the live events, like \`Accept: ${cloudEventMediaType}\`. For ` +
          'browsers, which cannot set Accept.',
      }),
    limit: limitOf(100, 1000).meta({
      description:
        'Maximum number of event log messages that a page covers. The page contains fewer events if some are ' +
        'rejected or filtered out. Has no effect on live events.',
    }),
  });
}
