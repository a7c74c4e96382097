/** `GET /laptops/status`: the status of a replica, for operators. Orchestrators use the probes, on a separate port. */

import { z } from 'zod';
import { ServiceStatus, StatusSample } from '../../api/responses/documents.ts';
import { Examination } from '../../api/responses/examination.ts';
import { defineOperation, type Operation } from '../server/operation.ts';
import { pathsOf, type RouteContext } from './route-context.ts';

export function statusOperations(
  { names }: { readonly names: readonly [string, ...string[]] },
  {
    readStatus,
    readStatusHistory,
    examine,
  }: Pick<RouteContext, 'readStatus' | 'readStatusHistory' | 'examine'>,
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
  const history = defineOperation({
    method: 'get',
    paths: pathsOf({ names }, '/status/history'),
    name: 'getStatusHistory',
    summary: 'Get the status of this replica in the last 15 minutes, every 5 seconds',
    tag: names[0],
    responses: {
      200: {
        description: 'Oldest first.',
        headers: ['Cache-Control'],
        body: z.array(StatusSample),
      },
    },
    problems: ['unavailable'],

    handle({ ctx }) {
      ctx.set('Cache-Control', 'no-store');
      ctx.body = readStatusHistory();
    },
  });
  const doctor = defineOperation({
    method: 'get',
    paths: pathsOf({ names }, '/doctor'),
    name: 'examine',
    summary: 'Examine the system that this replica is part of, and get what to do about each problem',
    tag: names[0],
    responses: {
      200: {
        description: 'The latest examination. It is reused for 10 seconds.',
        headers: ['Cache-Control'],
        body: Examination,
      },
    },
    problems: ['unavailable'],

    async handle({ ctx }) {
      const examination = await examine();
      ctx.set('Cache-Control', 'no-store');
      ctx.body = examination;
    },
  });
  return [status, history, doctor];
}
