/** How a replica is, in figures: `GET /laptops/status`. What a platform asks stands on a port of its own. */

import { ServiceStatus } from '../../api/documents.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { pathsOf } from './route-context.ts';

export function statusOperations(
  { names }: { readonly names: readonly [string, ...string[]] },
  readStatus: () => Promise<ServiceStatus>,
): Operation[] {
  const status = defineOperation({
    method: 'get',
    paths: pathsOf({ names }, '/status'),
    name: 'getStatus',
    summary: 'How this replica is: its position in each stream, the broker, its latency',
    tag: names[0],
    responses: {
      200: {
        description: 'The figures of the replica that answers.',
        headers: ['Stream-Position', 'Cache-Control'],
        body: ServiceStatus,
      },
    },
    problems: ['unavailable'],

    async handle({ ctx }) {
      const figures = await readStatus();
      ctx.set('Stream-Position', String(figures.streams[figures.stream]?.applied ?? 0));
      ctx.set('Cache-Control', 'no-store');
      ctx.body = figures;
    },
  });
  return [status];
}
