/** `GET /laptops/status`: the status of a replica, for operators. Orchestrators use the probes, on a separate port. */

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
    summary:
      'Get the status of this replica: its position in each stream, broker connection and append latency',
    tag: names[0],
    responses: {
      200: {
        description: 'The status of the replica that handles the request.',
        headers: ['Stream-Position', 'Cache-Control'],
        body: ServiceStatus,
      },
    },
    problems: ['unavailable'],

    async handle({ ctx }) {
      const current = await readStatus();
      ctx.set('Stream-Position', String(current.streams[current.stream]?.applied ?? 0));
      ctx.set('Cache-Control', 'no-store');
      ctx.body = current;
    },
  });
  return [status];
}
