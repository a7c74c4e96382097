/** What this service knows of the system that it is part of: the services that reply over NATS. */

import type { ServiceList, StateComparison } from '../../api/responses/service-list.ts';
import { Problem } from '../../domain/problem.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import {
  compareDigests,
  findDifferences,
  isComparable,
  type Comparison,
} from '../../nats/services/compare-digests.ts';
import { findReplicas, findServices } from '../../nats/services/replicas.ts';
import { reuse } from './reuse.ts';

export type System = {
  /** @throws Problem `unavailable` while the connection is down. */
  listServices(): Promise<ServiceList>;
  /** @throws Problem `unavailable` while the connection is down, `not-found` if no replica replies. */
  compareStates(service: string): Promise<StateComparison>;
};

/** How long results are reused, in ms, however many clients ask. A comparison costs every replica a pass over its state. */
const listMs = 1_000;
const comparisonMs = 15_000;

export function createSystem(connection: Pick<Connection, 'nc' | 'isUp'>): System {
  const { nc } = connection;

  function assertUp(cause?: unknown): void {
    if (!connection.isUp) throw new Problem('unavailable', 'The broker is unreachable.', { cause });
  }

  /** Runs requests to other replicas. They also fail if the connection is lost or closed in the meantime. */
  async function whileUp<T>(request: () => Promise<T>): Promise<T> {
    assertUp();
    try {
      return await request();
    } catch (error) {
      assertUp(error);
      throw error;
    }
  }

  async function listServices(): Promise<ServiceList> {
    return { services: await findServices(nc) };
  }

  async function compareStates(service: string): Promise<StateComparison> {
    const comparison = await compareDigests({
      nc,
      service,
      // This service may not read the streams of others. A replica that is behind all others makes no difference.
      async fetchLastPosition() {
        const replicas = await findReplicas(nc, service);
        return Math.max(0, ...replicas.map(({ position }) => position));
      },
    });
    if (comparison === undefined) throw new Problem('not-found', `No replica of ${service} replies.`);
    return {
      service,
      comparedAt: new Date().toISOString(),
      position: comparison.position,
      verdict: verdictOf(comparison),
      replicas: comparison.digests.map(({ replica, digest, foldVersion }) => ({
        replica,
        digest,
        foldVersion,
      })),
    };
  }

  return {
    listServices: reuse(listMs, () => whileUp(listServices)),
    compareStates: reuse(comparisonMs, (service: string) => whileUp(() => compareStates(service))),
  };
}

function verdictOf({ digests, silent }: Comparison): StateComparison['verdict'] {
  if (findDifferences(digests).length > 0) return 'differ';
  const [first] = digests;
  const isComplete = silent.length === 0 && digests.every(({ digest }) => digest !== null);
  if (first === undefined || !isComplete) return 'undecided';
  return digests.every((other) => isComparable(first, other)) ? 'agree' : 'undecided';
}
