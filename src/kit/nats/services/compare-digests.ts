/** Requests digests of the state that the replicas of a service folded from a stream, at one position. */

import type { NatsConnection } from 'nats';
import { digestEndpointName, requestDigests, type StateDigest } from './digest-endpoint.ts';
import { findReplicas } from './replicas.ts';

/** After this time, in ms, no further position is tried. */
const comparisonTimeoutMs = 12_000;

export type CompareOptions = {
  readonly nc: NatsConnection;
  readonly service: string;
  /** Default: the stream of the service. */
  readonly stream?: string;
  /** Returns the stream's last position. */
  fetchLastPosition(): Promise<number>;
};

/** The replies of the replicas to the last request. */
export type Comparison = {
  /** The requested position. */
  readonly position: number;
  readonly digests: readonly StateDigest[];
  /** Names of the replicas that did not reply. */
  readonly silent: readonly string[];
};

/**
 * A replica can only digest the state that it has, so all of them must be at the same position at some time after the
 * request. While the stream grows, the position is chosen ahead of its end: by twice as much as the replicas were ahead of
 * the previous one.
 */
export async function compareDigests(options: CompareOptions): Promise<Comparison | undefined> {
  const { nc, service, stream, fetchLastPosition } = options;
  const replicas = await findReplicas(nc, service).catch(() => []);
  if (replicas.length === 0) return undefined;
  const names = replicas.map(({ replica }) => replica);
  // Earlier versions have no such endpoint.
  const capable = replicas.filter(({ endpoints }) => endpoints.includes(digestEndpointName));
  const deadline = Date.now() + comparisonTimeoutMs;
  let lead = 0;
  for (;;) {
    const position = (await fetchLastPosition()) + lead;
    const found = await requestDigests(nc, service, capable.length, { stream, position });
    const digests = found.toSorted((a, b) => a.replica.localeCompare(b.replica));
    const silent = names.filter((each) => digests.every(({ replica }) => replica !== each)).toSorted();
    const isDecided = findDifferences(digests).length > 0 || digests.every(({ digest }) => digest !== null);
    if (isDecided || Date.now() > deadline) return { position, digests, silent };
    const passed = Math.max(...digests.map((reply) => reply.position - position));
    lead = passed > 0 ? 2 * (lead + passed) : 0;
  }
}

/** Returns the digests that differ from another one of the same code at the same position. */
export function findDifferences(digests: readonly StateDigest[]): StateDigest[] {
  return digests.filter((one) =>
    digests.some(
      (other) =>
        one.digest !== null &&
        other.digest !== null &&
        isComparable(one, other) &&
        one.position === other.position &&
        one.digest !== other.digest,
    ),
  );
}

export function isComparable(one: StateDigest, other: StateDigest): boolean {
  return one.foldVersion === other.foldVersion && one.format === other.format;
}
