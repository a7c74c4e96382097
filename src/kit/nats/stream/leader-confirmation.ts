/**
 * Decides whether an answer of the stream leader can be trusted. A leader that is cut off from its peers answers until it
 * steps down, about 10 s later, while another server may already lead. The leader reports when it last heard from each
 * peer; that is the evidence, as in Raft's ReadIndex.
 *
 * The limits follow from `raft.go` of nats-server 2.15: a server that hears from the leader starts an election 4 s later at
 * the earliest, and a leader that hears of a newer term steps down. See docs/decisions/0062.
 */

import type { StreamInfo } from '@nats-io/jetstream';

/** The part of STREAM.INFO that the decision needs. */
export type LeaderReport = {
  readonly config: Pick<StreamInfo['config'], 'num_replicas'>;
  readonly cluster?: Pick<NonNullable<StreamInfo['cluster']>, 'leader' | 'replicas'>;
};

/** When a report was requested and received, and since when evidence counts; in ms on one monotonic clock. */
export type ReportTimes = {
  readonly askedAt: number;
  readonly answeredAt: number;
  /** When the caller began to wait. Not after `askedAt`. */
  readonly since: number;
};

/** Assumed limit of the time from a peer's answer to a heartbeat until the leader has processed it, in ms. */
const maxAnswerDelayMs = 1_000;

/** A peer that the leader heard from within this time cannot have started an election, in ms. */
const noElectionMs = 4_000 - maxAnswerDelayMs;

/** A peer counts if the leader heard from it this long after `since`: an answer that was already on its way does not, in ms. */
const inFlightMs = 100;

const nanosPerMs = 1e6;

/** Returns true if the server that sent `report` was the leader of the stream at some time after `since`. */
export function isConfirmed(
  { config, cluster }: LeaderReport,
  { askedAt, answeredAt, since }: ReportTimes,
): boolean {
  const replicas = cluster?.replicas ?? [];
  const size = Math.max(config.num_replicas, replicas.length + 1);
  if (size === 1) return true;
  // A server that is not the leader lists the leader among the others, or reports none.
  const leader = cluster?.leader ?? '';
  if (leader === '' || replicas.some(({ name }) => name === leader)) return false;
  // The server may have been suspended while it held the request.
  if (answeredAt - askedAt > maxAnswerDelayMs) return false;

  // The server reports 0 for a peer that it has never heard from.
  const ages = replicas.map(({ active }) => (active > 0 ? active / nanosPerMs : Infinity));
  const heardFrom = (maxAgeMs: number) => ages.filter((age) => age <= maxAgeMs).length;
  if (heardFrom(noElectionMs) === size - 1) return true;
  return heardFrom(askedAt - since - inFlightMs) + 1 > size / 2;
}

/** Returns the last position that is not deleted; 0 for an empty stream. `state` has to list the deleted positions. */
export function lastStoredPosition({ last_seq, messages, deleted }: StreamInfo['state']): number {
  if (messages === 0) return 0;
  const isDeleted = new Set(deleted);
  let position = last_seq;
  while (isDeleted.has(position)) position -= 1;
  return position;
}

/** Returns true if the message at `position` is in the stream. `state` has to list the deleted positions. */
export function isStored({ first_seq, last_seq, deleted }: StreamInfo['state'], position: number): boolean {
  return position >= first_seq && position <= last_seq && !new Set(deleted).has(position);
}
