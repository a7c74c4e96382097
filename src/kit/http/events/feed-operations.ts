/** The events of all entities as a route, `GET /laptops/events`: live, or a page of them as CloudEvents. */

import { z } from 'zod';
import { cloudEventBatchMediaType, cloudEventMediaType, toCloudEvent } from '../../api/cloud-event.ts';
import { EntityId } from '../../domain/entity-id.ts';
import type { JoinedResource } from '../../eventlog/joined-resource.ts';
import { capitalize } from '../../domain/resource.ts';
import { freshnessHeaders, markFreshness, waitForPosition } from '../protocol/consistency.ts';
import type { FeedFormat } from './feed-item.ts';
import { readFeedPage } from './feed-page.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { limitOf, linkNext } from '../protocol/paging.ts';
import { pathsOf, sourceOf, type RouteContext } from '../resource/route-context.ts';

export function feedOperations(
  resource: JoinedResource,
  { transactor: { view, store }, feed, eventTypes, freshness }: RouteContext,
  CloudEvent: z.ZodType,
): Operation[] {
  const { noun } = resource;
  const source = sourceOf(resource);
  const asCloudEvent: FeedFormat = (event) => toCloudEvent(source, event);

  const follow = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/events'),
    name: `follow${capitalize(noun)}Events`,
    summary: `Every event of every ${noun}, live (Server-Sent Events), or a page of them (CloudEvents)`,
    tag: resource.names[0],
    query: feedQuery(noun, eventTypes),
    headers: ['Last-Event-ID', ...freshnessHeaders],
    responses: {
      200: {
        description:
          'The `id` of an event is its position; its `data` is JSON: position, time, id, messageId, traceparent, event; ' +
          `with \`Accept: ${cloudEventMediaType}\` a CloudEvent. Also sent: ` +
          '`reset` when the position asked for is gone (read the list again, then go on from the `position` in its ' +
          '`data`), `too-slow` before a client that does not read is cut off, and every 15 s a comment. ' +
          'As a batch: a page of what the log holds after `after` (default 0), which links the next one; where there ' +
          'is none, `Stream-Position` is what to go on from later.',
        headers: ['Stream-Position', 'Age', 'Link', 'Vary'],
        body: z.string(),
        mediaType: 'text/event-stream',
        alternatives: { [cloudEventBatchMediaType]: z.array(CloudEvent) },
      },
    },
    // Each `data` is such a document: whoever asks for it gets the live events.
    alsoAcceptable: [cloudEventMediaType],
    problems: ['unavailable'],

    async handle({ ctx, query: { type, id, after, format, limit }, headers, accepted }) {
      await waitForPosition(headers, freshness);
      markFreshness(ctx, freshness);
      const lastEventId = headers['Last-Event-ID'];
      const position = lastEventId === undefined ? after : Number(lastEventId);
      const filter = { types: typeof type === 'string' ? [type] : type, id };
      if (accepted === cloudEventBatchMediaType) {
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
      const request = { after: position, filter, format: wantsCloudEvents ? asCloudEvent : undefined };
      // The answer to HEAD has no body that anybody would ever close.
      if (ctx.method === 'HEAD') ctx.status = 200;
      else ctx.body = feed.open(request, ctx.res);
    },
  });

  return [follow];
}

function feedQuery(noun: string, eventTypes: readonly string[]) {
  const EventType = z.enum(eventTypes);
  return z.strictObject({
    type: z
      .union([EventType, z.array(EventType)])
      .optional()
      .meta({ description: 'Only events of this type; may be given several times.' }),
    id: z
      .string()
      .regex(/^[1-9][0-9]{0,15}$/)
      .transform(Number)
      .pipe(EntityId)
      .optional()
      .meta({ description: `Only events of this ${noun}.` }),
    after: z
      .string()
      .regex(/^[0-9]{1,15}$/, 'must be a position (0, 1, 2 …)')
      .transform(Number)
      .optional()
      .meta({
        description:
          'Begin after this position, such as the `Stream-Position` of a list: for browsers, which cannot set ' +
          'Last-Event-ID. When they send that by themselves, because they come back, it counts.',
      }),
    format: z
      .literal('cloudevents')
      .optional()
      .meta({
        description:
          `The \`data\` of the live events are CloudEvents, as with \`Accept: ${cloudEventMediaType}\`: for browsers, ` +
          'which cannot set Accept.',
      }),
    limit: limitOf(100, 1000).meta({
      description:
        'How many messages of the log a page goes through; it holds fewer events where some are refused or filtered ' +
        'out. The live events have no pages.',
    }),
  });
}
