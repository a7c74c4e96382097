/** The system that the service is part of: the services that reply over NATS, and whether their replicas hold the same state. */

import { z } from 'zod';
import { ServiceList, StateComparison } from '../../api/responses/service-list.ts';
import { defineOperation, type Operation } from '../server/operation.ts';

/** The sources of these operations. */
export type SystemSources = {
  listServices(): Promise<ServiceList>;
  compareStates(service: string): Promise<StateComparison>;
};

const tag = 'system';

export function systemOperations({ listServices, compareStates }: SystemSources): Operation[] {
  const list = defineOperation({
    method: 'get',
    paths: ['/services'],
    name: 'listServices',
    summary: 'List the services that reply over NATS, with the status of their replicas',
    tag,
    responses: {
      200: { description: 'The services by name.', headers: ['Cache-Control'], body: ServiceList },
    },
    problems: ['unavailable'],

    async handle({ ctx }) {
      const found = await listServices();
      ctx.set('Cache-Control', 'no-store');
      ctx.body = found;
    },
  });
  const compare = defineOperation({
    method: 'get',
    paths: ['/services/{service}/comparison'],
    params: z.object({
      service: z
        .string()
        .regex(/^[\w-]+$/)
        .meta({ description: 'The name of a service.', example: 'laptops' }),
    }),
    name: 'compareStates',
    summary: 'Compare the states that the replicas of a service hold',
    tag,
    responses: {
      200: { description: 'The latest comparison.', headers: ['Cache-Control'], body: StateComparison },
    },
    problems: ['not-found', 'unavailable'],

    async handle({ ctx, params: { service } }) {
      const comparison = await compareStates(service);
      ctx.set('Cache-Control', 'no-store');
      ctx.body = comparison;
    },
  });
  return [list, compare];
}
