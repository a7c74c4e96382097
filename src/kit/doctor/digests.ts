/** Compares digests of the state that the replicas of a service folded from a stream, at one position. */

import type { NatsConnection } from 'nats';
import { digestEndpointName, requestDigests, type StateDigest } from '../nats/services/digest-endpoint.ts';
import { findReplicas } from '../nats/services/replicas.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatCount } from './measures.ts';

/** After this time, in ms, no further position is tried. */
const comparisonTimeoutMs = 12_000;

export type DigestsExamination = {
  readonly nc: NatsConnection;
  readonly service: string;
  readonly stream: string;
  /** Reads the stream's last position from its leader. */
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

/** Returns no finding if no replica responds, which is reported by another check. */
export async function examineDigests(name: string, options: DigestsExamination): Promise<Finding[]> {
  const comparison = await compare(options);
  return comparison === undefined ? [] : [assessDigests(name, options.service, comparison)];
}

/**
 * A replica can only digest the state that it has, so all of them must be at the same position at some time after the
 * request. While the stream grows, the position is chosen ahead of its end: by twice as much as the replicas were ahead of
 * the previous one.
 */
async function compare(options: DigestsExamination): Promise<Comparison | undefined> {
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
function findDifferences(digests: readonly StateDigest[]): StateDigest[] {
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

function isComparable(one: StateDigest, other: StateDigest): boolean {
  return one.foldVersion === other.foldVersion && one.format === other.format;
}

export function assessDigests(name: string, service: string, comparison: Comparison): Finding {
  const { position, digests, silent } = comparison;
  const differing = findDifferences(digests);
  const lines = (differing.length > 0 ? differing : digests).map(describe);
  if (differing.length > 0) {
    return failure(
      name,
      list('replicas diverge: they hold different state at the same position', lines),
      `delete the snapshots, which are a cache (nats object del ${service}-snapshots; npm run provision), then restart ` +
        'these replicas one at a time, so that they replay the stream',
    );
  }
  const without = digests.filter(({ digest }) => digest === null);
  if (silent.length > 0 || without.length > 0) {
    return warning(
      name,
      list(`not compared: not all replicas have a digest of position ${formatCount(position)}`, [
        ...lines,
        ...silent.map((replica) => `${replica}: no reply`),
      ]),
      'run the check again when the replicas have the same version and have caught up',
    );
  }
  const [first] = digests;
  if (first !== undefined && !digests.every((other) => isComparable(first, other))) {
    return warning(
      name,
      list('not all compared: the replicas run different code, as during an update', lines),
      'run the check again when the update is complete; if there is none, restart the replicas with the same version',
    );
  }
  const count = digests.length === 1 ? '1 replica' : `${digests.length} replicas agree`;
  return ok(name, `${count} at ${formatCount(position)}, digest ${first?.digest}`);
}

function describe({ replica, position, digest, foldVersion }: StateDigest): string {
  const state = digest === null ? 'no digest' : `digest ${digest}`;
  return `${replica} at ${formatCount(position)}: ${state}, fold version ${foldVersion.slice(0, 8)}`;
}

function list(headline: string, lines: readonly string[]): string {
  return [headline, ...lines].join('\n  ');
}
