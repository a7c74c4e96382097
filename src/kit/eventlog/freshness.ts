/** Read consistency: the position of a replica, and waiting for a requested position. */

import type { DomainEvent } from '../domain/decider.ts';
import { Problem } from '../domain/problem.ts';
import type { EventStore } from './event-store.ts';

/** Progress of this replica in one stream. */
export type StreamFreshness = {
  /** Last position that this replica has applied. */
  readonly position: number;
  /** Resolves with true when `position` has been applied, or with false after the timeout. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
} & Pick<EventStore<DomainEvent>, 'lastPosition' | 'leaderPosition'>;

export function freshnessOf({
  view,
  store,
}: {
  readonly view: Pick<StreamFreshness, 'position' | 'reached'>;
  readonly store: Pick<StreamFreshness, 'lastPosition' | 'leaderPosition'>;
}): StreamFreshness {
  return {
    get position() {
      return view.position;
    },
    reached: view.reached,
    lastPosition: store.lastPosition,
    leaderPosition: store.leaderPosition,
  };
}

/** Progress of this replica in the service's own stream and in the followed streams. */
export type Freshness = {
  /** Name of the service's own stream: `LAPTOPS`. */
  readonly stream: string;
  readonly own: StreamFreshness;
  /** Followed streams by their names: `PORTS`. */
  readonly followed: Readonly<Record<string, StreamFreshness>>;
  /**
   * Since when the connection to the broker is lost, or a stream cannot be read, in ms since the epoch; undefined while all
   * streams are read.
   */
  readonly staleSince: number | undefined;
};

/** Returns the earliest of the defined times; undefined if there is none. */
export function earliestOf(times: readonly (number | undefined)[]): number | undefined {
  const defined = times.filter((time) => time !== undefined);
  return defined.length === 0 ? undefined : Math.min(...defined);
}

/** Returns for how many seconds the streams have not been read; undefined while they are. */
export function ageOf({ staleSince }: Pick<Freshness, 'staleSince'>, now: number): number | undefined {
  return staleSince === undefined ? undefined : Math.max(0, Math.round((now - staleSince) / 1000));
}

/** A position. `latest` is the last position at the time of the read, so it includes every acknowledged write. */
type Target = number | 'latest';

/**
 * The positions that a read waits for, by stream name. A number alone is a position of the service's own stream.
 * `latest` alone applies to the own stream and all followed streams.
 */
export type WaitTargets = Target | Readonly<Record<string, Target>>;

const target = '(?:latest|[0-9]{1,15})';
const named = `[\\w-]+\\s*=\\s*${target}`;

/** `12`, `latest`, or `LAPTOPS=12, PORTS=7`. */
export const waitTargetsPattern = new RegExp(`^(?:${target}|${named}(?:\\s*,\\s*${named})*)$`);

/** Parses a text that matches {@link waitTargetsPattern}. */
export function parseWaitTargets(text: string): WaitTargets {
  if (!text.includes('=')) return toTarget(text);
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [stream = '', value = ''] = part.split('=');
      return [stream.trim(), toTarget(value.trim())];
    }),
  );
}

export function formatWaitTargets(targets: WaitTargets): string {
  if (typeof targets !== 'object') return String(targets);
  return Object.entries(targets)
    .map(([stream, position]) => `${stream}=${position}`)
    .join(', ');
}

function toTarget(text: string): Target {
  return text === 'latest' ? text : Number(text);
}

/** Default and maximum time that a read waits for its position, in seconds. */
export const defaultWaitSeconds = 5;
export const maxWaitSeconds = 60;

/**
 * Waits until this replica has applied the requested positions.
 *
 * @throws Problem `unavailable` on a timeout, `malformed` for a stream that the service does not read.
 */
export async function waitFor(freshness: Freshness, requested: WaitTargets, seconds: number): Promise<void> {
  const deadlineAt = performance.now() + seconds * 1000;
  const remainingMs = () => Math.max(0, deadlineAt - performance.now());
  const { stream: own, followed } = freshness;
  const streams = new Map<string, StreamFreshness>([[own, freshness.own], ...Object.entries(followed)]);
  const targets: Readonly<Record<string, Target>> =
    typeof requested === 'object'
      ? requested
      : requested === 'latest'
        ? Object.fromEntries([...streams.keys()].map((name) => [name, requested]))
        : { [own]: requested };
  await Promise.all(
    Object.entries(targets).map(async ([name, value]) => {
      const stream = streams.get(name);
      if (stream === undefined) {
        const known = [...streams.keys()].join(', ');
        throw new Problem('malformed', `This service does not read the stream ${name}, only ${known}.`);
      }
      const position = value === 'latest' ? await stream.lastPosition(remainingMs()) : value;
      if (await stream.reached(position, remainingMs())) return;
      throw new Problem(
        'unavailable',
        `This replica is at position ${stream.position} of ${name} and did not reach ${position} within ${seconds} s.`,
      );
    }),
  );
}
