/** `GET /laptops/events/timeline`: the messages of the stream over time. */

import { EventTimeline, toTimestamp } from '../../api/responses/documents.ts';
import { freshnessHeaders, markFreshness } from '../protocol/consistency.ts';
import { defineRead, type Operation } from '../server/operation.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function timelineOperations(
  { names }: { readonly names: readonly [string, ...string[]] },
  { transactor: { view }, freshness }: Pick<RouteContext, 'transactor' | 'freshness'>,
): Operation[] {
  const timeline = defineRead({
    paths: pathsOf({ names }, '/events/timeline'),
    name: 'getEventTimeline',
    summary: 'Get the number of messages over time, and when versions of the service began to append events',
    tag: names[0],
    headers: freshnessHeaders,
    responses: {
      200: {
        description: 'The whole stream, in at most 600 intervals. Every replica has the same.',
        headers: ['Stream-Position', 'Age', 'Cache-Control'],
        body: EventTimeline,
      },
    },
    problems: ['unavailable'],

    read({ ctx }) {
      markFreshness(ctx, freshness);
      ctx.set('Cache-Control', 'no-store');
      const { bucketMs, buckets, versions } = view.timeline();
      ctx.body = {
        position: view.position,
        bucketMs,
        buckets: buckets.map((bucket) => ({ ...bucket, time: toTimestamp(bucket.time) })),
        versions: versions.map(({ version, position, time }) => ({
          version,
          position,
          time: toTimestamp(time),
        })),
      } satisfies EventTimeline;
    },
  });
  return [timeline];
}
