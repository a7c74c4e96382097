/** Checks which replicas of a service respond, how far they lag behind, and whether their views agree. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from 'nats';
import { findReplicas, type ReplicaStatus } from '../nats/services/replicas.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatCount } from './measures.ts';

/** Timeout and interval for polling replicas that lag behind, in ms. */
const catchUpTimeoutMs = 5_000;
const pollIntervalMs = 100;

export type Observation = {
  /** Status of the replicas in the first poll. */
  readonly first: readonly ReplicaStatus[];
  /** Status of the replicas when all had reached `target`, or at the timeout. */
  readonly latest: readonly ReplicaStatus[];
  /** The stream's last position before the first poll. */
  readonly target: number;
  /** The stream's last position after the last poll. */
  readonly end: number;
};

/** @param fetchLastPosition reads the stream's last position from its leader. */
export async function examineReplicas(
  nc: NatsConnection,
  service: string,
  fetchLastPosition: () => Promise<number>,
): Promise<Finding[]> {
  const observation = await observe(nc, service, fetchLastPosition);
  return [assessPositions(service, observation), assessRejections(service, observation.latest)];
}

async function observe(
  nc: NatsConnection,
  service: string,
  fetchLastPosition: () => Promise<number>,
): Promise<Observation> {
  const target = await fetchLastPosition();
  const deadline = Date.now() + catchUpTimeoutMs;
  const first = await fetchReplicas(nc, service);
  let latest = first;
  while (latest.some(({ position }) => position < target) && Date.now() < deadline) {
    await sleep(pollIntervalMs);
    latest = await fetchReplicas(nc, service);
  }
  return { first, latest, target, end: await fetchLastPosition() };
}

async function fetchReplicas(nc: NatsConnection, service: string): Promise<ReplicaStatus[]> {
  return (await findReplicas(nc, service)).toSorted((a, b) => a.replica.localeCompare(b.replica));
}

export function assessPositions(service: string, { first, latest, target, end }: Observation): Finding {
  const name = `replicas ${service}`;
  if (latest.length === 0) {
    return failure(
      name,
      'no replica responds',
      'start a replica (for example with npm start); if one is running, its GET /readyz shows what it is waiting for',
    );
  }
  const lines = latest.map(({ replica, position }) => {
    const lag = target - position;
    return `${replica} at ${formatCount(position)}${lag > 0 ? `, ${formatCount(lag)} behind` : ''}`;
  });
  if (latest.some(({ position }) => position > end)) {
    return failure(
      name,
      list(`ahead of the stream’s end, ${formatCount(end)}: the stream lost messages or was replaced`, lines),
      'restore the stream from a backup, or restart the replicas if the stream was replaced on purpose',
    );
  }
  const behind = latest.filter(({ position }) => position < target);
  if (behind.length === 0) {
    return ok(name, `${latest.length} at the stream’s end, ${formatCount(target)}: ${lines.join('; ')}`);
  }
  const stuck = behind.filter(({ replica, position }) =>
    first.some((before) => before.replica === replica && before.position === position),
  );
  const headline = `${behind.length} of ${latest.length} behind the stream’s end, ${formatCount(target)}`;
  return stuck.length > 0
    ? failure(
        name,
        list(`${headline}, ${stuck.length} not moving`, lines),
        'check the logs of the replica, then restart it',
      )
    : warning(name, list(`${headline}, all catching up`, lines), 'run the check again in a minute');
}

/** All replicas reject the same messages, because rejection depends only on the contents of the stream. */
export function assessRejections(service: string, replicas: readonly ReplicaStatus[]): Finding {
  const name = `rejections ${service}`;
  if (replicas.length === 0) return warning(name, 'unknown: no replica responds', 'start a replica');
  const differing = replicas.filter((one) =>
    replicas.some(
      (other) =>
        one.position === other.position &&
        (one.rejected !== other.rejected || one.entities !== other.entities),
    ),
  );
  if (differing.length > 0) {
    const lines = differing.map(
      ({ replica, position, rejected, entities }) =>
        `${replica} at ${formatCount(position)}: ${formatCount(rejected)} rejected, ${formatCount(entities)} entities`,
    );
    return failure(
      name,
      list('replicas diverge: they derived different state from the same messages', lines),
      `run the same version on all replicas; compare their responses to GET /${service}/rejections`,
    );
  }
  const most = Math.max(...replicas.map(({ rejected }) => rejected));
  if (most === 0) return ok(name, 'none');
  return warning(
    name,
    `${formatCount(most)} stored messages are skipped: they are not valid events, or contradict the preceding ones`,
    `GET /${service}/rejections lists them with their reasons`,
  );
}

function list(headline: string, lines: readonly string[]): string {
  return [headline, ...lines].join('\n  ');
}
