/**
 * The replicas of a service know nothing of each other; whoever wants to see them all asks them through NATS: their
 * status is the data of their endpoints' statistics.
 */

import { Svcm } from '@nats-io/services';
import type { NatsConnection } from 'nats';
import { z } from 'zod';

/** What a replica says of itself. */
export const ReplicaStatus = z.object({
  /** The host and the process: `pod-7-42`. */
  replica: z.string(),
  /** The last position that it has applied. */
  position: z.int(),
  /** How many entities have had messages, those that are gone included. */
  entities: z.int(),
  /** How many stored messages the fold has refused. */
  rejected: z.int(),
});
export type ReplicaStatus = z.infer<typeof ReplicaStatus>;

/** Every replica that answers in time. */
export async function findReplicas(nc: NatsConnection, name: string): Promise<ReplicaStatus[]> {
  const found: ReplicaStatus[] = [];
  for await (const { endpoints } of await new Svcm(nc).client().stats(name)) {
    const status = ReplicaStatus.safeParse(endpoints?.[0]?.data);
    if (status.success) found.push(status.data);
  }
  return found;
}
