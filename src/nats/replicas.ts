/**
 * The replicas of a service know nothing of each other; whoever wants to see them all asks them through NATS. They
 * answer as one service of the NATS services framework (ADR-32 of NATS), so `nats micro` sees them too.
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

export type ReplicaOptions = {
  readonly nc: NatsConnection;
  /** The service's name: `laptops`. */
  readonly name: string;
  /** A semantic version. */
  readonly version: string;
  status(): ReplicaStatus;
};

/** Makes this replica answer: its status is the data of the endpoint's statistics, and the reply to `<name>.status`. */
export async function announceReplica({
  nc,
  name,
  version,
  status,
}: ReplicaOptions): Promise<() => Promise<unknown>> {
  const service = await new Svcm(nc).add({
    name,
    version,
    description: `The ${name} service of Portside.`,
    statsHandler: () => Promise.resolve(status()),
  });
  service.addEndpoint('status', {
    subject: `${name}.status`,
    handler: (error, message) => {
      if (error === null) message.respond(JSON.stringify(status()));
    },
  });
  return () => service.stop();
}

/** Every replica that answers in time. */
export async function findReplicas(nc: NatsConnection, name: string): Promise<ReplicaStatus[]> {
  const found: ReplicaStatus[] = [];
  for await (const { endpoints = [] } of await new Svcm(nc).client().stats(name)) {
    for (const { data } of endpoints) {
      const status = ReplicaStatus.safeParse(data);
      if (status.success) found.push(status.data);
    }
  }
  return found;
}
