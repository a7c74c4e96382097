/** Compares digests of the state that the replicas of a service folded from a stream, at one position. */

import type { StateDigest } from '../nats/services/digest-endpoint.ts';
import {
  compareDigests,
  findDifferences,
  isComparable,
  type CompareOptions,
  type Comparison,
} from '../nats/services/compare-digests.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatCount } from './measures.ts';

/** Returns no finding if no replica responds, which is reported by another check. */
export async function examineDigests(name: string, options: CompareOptions): Promise<Finding[]> {
  const comparison = await compareDigests(options);
  return comparison === undefined ? [] : [assessDigests(name, options.service, comparison)];
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
