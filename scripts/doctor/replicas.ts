/** Which replicas of a service answer, how far they have come, and whether they say the same. */

import { setTimeout as sleep } from 'node:timers/promises';
import { NoRespondersError, type NatsConnection } from 'nats';
import { findReplicas, type ReplicaStatus } from '../../src/kit/nats/services/replicas.ts';
import { failure, ok, warning, type Finding } from './finding.ts';
import { formatCount } from './measures.ts';

/** A replica that is behind is asked again this long, in milliseconds, at these intervals. */
const patienceMs = 5_000;
const askAgainMs = 100;

/** What replicas said twice: `first`, and once all had come to `target` or patience was over. */
export type Observation = {
  readonly first: readonly ReplicaStatus[];
  readonly latest: readonly ReplicaStatus[];
  /** The stream's last position before anybody was asked: an end that does not move. */
  readonly target: number;
  /** The stream's last position after everybody was asked. */
  readonly end: number;
};

/** @param askLastPosition the stream's last position, as its leader says it. */
export async function examineReplicas(
  nc: NatsConnection,
  service: string,
  askLastPosition: () => Promise<number>,
): Promise<Finding[]> {
  const observation = await observe(nc, service, askLastPosition);
  return [judgePositions(service, observation), judgeRejections(service, observation.latest)];
}

async function observe(
  nc: NatsConnection,
  service: string,
  askLastPosition: () => Promise<number>,
): Promise<Observation> {
  const target = await askLastPosition();
  const deadline = Date.now() + patienceMs;
  const first = await askReplicas(nc, service);
  let latest = first;
  while (latest.some(({ position }) => position < target) && Date.now() < deadline) {
    await sleep(askAgainMs);
    latest = await askReplicas(nc, service);
  }
  return { first, latest, target, end: await askLastPosition() };
}

async function askReplicas(nc: NatsConnection, service: string): Promise<ReplicaStatus[]> {
  try {
    return (await findReplicas(nc, service)).toSorted((a, b) => a.replica.localeCompare(b.replica));
  } catch (error) {
    if (error instanceof NoRespondersError) return [];
    throw error;
  }
}

export function judgePositions(service: string, { first, latest, target, end }: Observation): Finding {
  const name = `replicas ${service}`;
  if (latest.length === 0) {
    return failure(
      name,
      'none answers',
      'start one (npm start does); of one that runs, /readyz says what it waits for',
    );
  }
  const lines = latest.map(({ replica, position }) => {
    const lag = target - position;
    return `${replica} at ${formatCount(position)}${lag > 0 ? `, ${formatCount(lag)} behind` : ''}`;
  });
  if (latest.some(({ position }) => position > end)) {
    return failure(
      name,
      list(`past the stream’s end, ${formatCount(end)}: it lost messages, or is another stream`, lines),
      'restore the stream from a backup, or restart the replicas if it was replaced on purpose',
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
        'look in its log, then restart it',
      )
    : warning(name, list(`${headline}, all catching up`, lines), 'ask again in a minute');
}

/** Every replica refuses the same messages, because the rule depends on the stream alone. */
export function judgeRejections(service: string, replicas: readonly ReplicaStatus[]): Finding {
  const name = `rejections ${service}`;
  if (replicas.length === 0) return warning(name, 'not known: no replica answers', 'start a replica');
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
      list('replicas diverge: from the same messages they made different things', lines),
      `they have to run the same version; compare what GET /${service}/rejections of each answers`,
    );
  }
  const most = Math.max(...replicas.map(({ rejected }) => rejected));
  if (most === 0) return ok(name, 'none');
  return warning(
    name,
    `${formatCount(most)} stored messages are skipped: they are no events, or do not follow from those before`,
    `GET /${service}/rejections lists them with their reasons`,
  );
}

function list(headline: string, lines: readonly string[]): string {
  return [headline, ...lines].join('\n  ');
}
