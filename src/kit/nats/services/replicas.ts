/**
 * Status of the replicas of a service. Replicas do not know each other. Each publishes its status as the `data` of its
 * endpoint statistics, which a client requests from all of them over NATS.
 */

import { Svcm } from '@nats-io/services';
import type { NatsConnection } from 'nats';
import { z } from 'zod';

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

/** Returns the status of every replica that responds within the timeout of the services client. */
export async function findReplicas(nc: NatsConnection, name: string): Promise<ReplicaStatus[]> {
  const found: ReplicaStatus[] = [];
  for await (const { endpoints } of await new Svcm(nc).client().stats(name)) {
    const status = ReplicaStatus.safeParse(endpoints?.[0]?.data);
    if (status.success) found.push(status.data);
  }
  return found;
}
