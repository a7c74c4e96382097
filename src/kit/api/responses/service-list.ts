/** The services that run beside this one, as this one finds them over NATS. */

import { z } from 'zod';

/**
 * What a replica says of itself. All but the first fields are absent in services that were made with an earlier version of the
 * kit; other services say nothing.
 */
export const ReplicaStatus = z.object({
  replica: z.string().meta({ description: 'Host name and process id.', example: 'pod-7-42' }),
  position: z.int().meta({ description: 'The last position of its stream that the replica has applied.' }),
  entities: z.int().meta({ description: 'Entities with at least one message, including removed ones.' }),
  rejected: z.int().meta({ description: 'Messages that the fold rejected.' }),
  stream: z.string().optional().meta({ example: 'LAPTOPS' }),
  memoryBytes: z.int().optional().meta({ description: 'The resident memory of the process.' }),
  eventLoopDelayMs: z
    .number()
    .optional()
    .meta({ description: 'How late timers were in the last seconds, 99th percentile.' }),
  httpPort: z.int().optional().meta({ description: 'The TCP port of its REST API.', example: 5000 }),
  publicUrl: z
    .url()
    .nullable()
    .optional()
    .meta({ description: 'The configured `PUBLIC_URL`.', example: 'https://laptops.example.com/' }),
});
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

export const RunningReplica = z.object({
  id: z.string().meta({ description: 'Its id in the NATS services framework.' }),
  version: z.string().meta({ example: '0.1.0' }),
  startedAt: z.string().meta({ description: 'RFC 3339', example: '2026-01-31T12:00:00.000Z' }),
  requests: z.int().meta({ description: 'Requests over NATS since its start.' }),
  errors: z.int().meta({ description: 'Those of them that failed.' }),
  status: ReplicaStatus.nullable().meta({
    description: 'Null for a service that was not made with the kit.',
  }),
});
export type RunningReplica = z.infer<typeof RunningReplica>;

export const ServiceList = z
  .object({
    services: z
      .array(
        z.object({
          name: z.string().meta({ example: 'laptops' }),
          replicas: z.array(RunningReplica).meta({ description: 'Those that replied.' }),
        }),
      )
      .meta({ description: 'By name.' }),
  })
  .meta({ id: 'ServiceList', description: 'The services that reply over NATS, with their replicas.' });
export type ServiceList = z.infer<typeof ServiceList>;

export const StateComparison = z
  .object({
    service: z.string().meta({ example: 'laptops' }),
    comparedAt: z.iso.datetime().meta({ description: 'A result may be repeated for a while.' }),
    position: z.int().meta({ description: 'The position at which the states were compared.' }),
    verdict: z.enum(['agree', 'differ', 'undecided']).meta({
      description:
        'Whether all replicas folded the same state. Undecided: a replica did not reach the position or did not reply, ' +
        'the replicas run different code, or there is none.',
    }),
    replicas: z
      .array(
        z.object({
          replica: z.string().meta({ example: 'pod-7-42' }),
          digest: z
            .string()
            .nullable()
            .meta({ description: 'A digest of its state; null if it was not at the position.' }),
          foldVersion: z.string().meta({ description: 'Identifies the code of the fold.' }),
        }),
      )
      .meta({ description: 'Those that replied.' }),
  })
  .meta({ id: 'StateComparison', description: 'Whether the replicas of a service hold the same state.' });
export type StateComparison = z.infer<typeof StateComparison>;
