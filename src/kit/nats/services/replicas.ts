/**
 * Status of the replicas of a service. Replicas do not know each other. Each publishes its status as the `data` of its
 * endpoint statistics, which a client requests from all of them over NATS.
 */

import type { NatsConnection } from 'nats';
import { ReplicaStatus, type ServiceList } from '../../api/responses/service-list.ts';
import { fetchServiceStats } from './framework/discovery.ts';
import type { StatsResponse } from './framework/protocol.ts';

export type { ReplicaStatus };

export type FoundReplica = ReplicaStatus & {
  /** Names of its endpoints: `commands-add`. */
  readonly endpoints: readonly string[];
};

/** Returns the status of every replica that replies in time. */
export async function findReplicas(nc: NatsConnection, name: string): Promise<FoundReplica[]> {
  const replicas = await fetchServiceStats(nc, { name });
  return replicas.flatMap((replica) => {
    const status = statusOf(replica);
    return status === null
      ? []
      : [{ ...status, endpoints: replica.endpoints.map((endpoint) => endpoint.name) }];
  });
}

/** Returns every service that replies in time, by name, with its replicas. */
export async function findServices(nc: NatsConnection): Promise<ServiceList['services']> {
  const found = (await fetchServiceStats(nc)).toSorted(
    (a, b) => a.name.localeCompare(b.name) || a.started.localeCompare(b.started),
  );
  return [...new Set(found.map(({ name }) => name))].map((name) => ({
    name,
    replicas: found
      .filter((replica) => replica.name === name)
      .map((replica) => ({
        id: replica.id,
        version: replica.version,
        startedAt: replica.started,
        requests: sum(replica.endpoints.map(({ num_requests: requests }) => requests)),
        errors: sum(replica.endpoints.map(({ num_errors: errors }) => errors)),
        status: statusOf(replica),
      })),
  }));
}

function statusOf({ endpoints }: StatsResponse): ReplicaStatus | null {
  return ReplicaStatus.safeParse(endpoints[0]?.data).data ?? null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
