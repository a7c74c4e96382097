/** The live events as a route: `GET /laptops/events`. */

import { z } from 'zod';
import type { DomainEvent } from '../core/decider.ts';
import { EntityId } from '../core/entity-id.ts';
import type { JoinedResource } from '../core/joined-resource.ts';
import { capitalize } from '../core/resource.ts';
import { defineOperation, type Operation } from './operation.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function feedOperations<State, Command, Event extends DomainEvent, Add, Change>(
  resource: JoinedResource<State, Command, Add, Change>,
  { feed, eventTypes, freshness }: RouteContext<State, Command, Event>,
): Operation[] {
  const { noun } = resource;
  const EventType = z.enum(eventTypes);

  const follow = defineOperation({
    method: 'get',
    paths: pathsOf(resource, '/events'),
    name: `follow${capitalize(noun)}Events`,
    summary: `Every event of every ${noun}, live (Server-Sent Events)`,
    tag: resource.names[0],
    query: z.strictObject({
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
    }),
    headers: ['Last-Event-ID'],
    answers: {
      200: {
        description:
          'The `id` of an event is its position; its `data` is JSON: position, time, id, messageId, event. Also sent: ' +
          '`reset` when the position asked for is gone (read the list again, then go on from the `position` in its ' +
          '`data`), `too-slow` before a client that does not read is cut off, and every 15 s a comment.',
        headers: ['Stream-Position'],
        body: z.string(),
        mediaType: 'text/event-stream',
      },
    },
    problems: ['unavailable'],

    handle({ ctx, query: { type, id, after }, headers }) {
      const lastEventId = headers['Last-Event-ID'];
      const types = typeof type === 'string' ? [type] : type;
      ctx.set('Stream-Position', String(freshness.own.position));
      ctx.set('Content-Type', 'text/event-stream; charset=utf-8');
      ctx.set('Cache-Control', 'no-store, no-transform');
      ctx.set('X-Accel-Buffering', 'no');
      ctx.compress = false;
      const request = {
        after: lastEventId === undefined ? after : Number(lastEventId),
        filter: { types, id },
      };
      // The answer to HEAD has no body that anybody would ever close.
      if (ctx.method === 'HEAD') ctx.status = 200;
      else ctx.body = feed.open(request, ctx.res);
    },
  });

  return [follow];
}
