/**
 * Status of the replicas of a service. Replicas do not know each other. Each publishes its status as the `data` of its
 * endpoint statistics, which a client requests from all of them over NATS.
 */

import type { NatsConnection } from 'nats';
import { z } from 'zod';
import { fetchServiceStats } from './framework/discovery.ts';

export const ReplicaStatus = z.object({
  /** Host name and process id: `pod-7-42`. */
  replica: z.string(),
  /** Last applied position. */
  position: z.int(),
  /** Number of entities with at least one message, including removed ones. */
  entities: z.int(),
  /** Number of rejected messages. */
  rejected: z.int(),
});
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

export type FoundReplica = ReplicaStatus & {
  /** Names of its endpoints: `commands-add`. */
  readonly endpoints: readonly string[];
};

/** Returns the status of every replica that replies in time. */
export async function findReplicas(nc: NatsConnection, name: string): Promise<FoundReplica[]> {
  const replicas = await fetchServiceStats(nc, { name });
  return replicas.flatMap(({ endpoints }) => {
    const status = ReplicaStatus.safeParse(endpoints[0]?.data);
    return status.success ? [{ ...status.data, endpoints: endpoints.map((endpoint) => endpoint.name) }] : [];
  });
}
