/** How fresh an answer of this replica is, and how fresh it is asked to be. */

import { Problem } from '../domain/problem.ts';

/** How far this replica has followed one stream. */
export type StreamFreshness = {
  /** The last position that this replica has applied. */
  readonly position: number;
  reached(position: number, timeoutMs: number): Promise<boolean>;
  /** The stream's last position, as its leader knows it. Throws `unavailable`. */
  lastPosition(): Promise<number>;
};

/** The freshness of a view, with the store that its stream's leader answers through. */
export function freshnessOf({
  view,
  store,
}: {
  readonly view: Pick<StreamFreshness, 'position' | 'reached'>;
  readonly store: Pick<StreamFreshness, 'lastPosition'>;
}): StreamFreshness {
  return {
    get position() {
      return view.position;
    },
    reached: view.reached,
    lastPosition: store.lastPosition,
  };
}

/** What the reads of a service need to know about their own freshness: of its own stream, and of those that it follows. */
export type Freshness = {
  /** The name of the service's own stream: `LAPTOPS`. */
  readonly stream: string;
  readonly own: StreamFreshness;
  /** The streams of other services that it follows, by their names. */
  readonly followed: Readonly<Record<string, StreamFreshness>>;
  /** When the connection to the log was lost, in milliseconds since 1970; undefined while it is up. */
  readonly staleSince: number | undefined;
};

/** A position, or everything that was acknowledged before the read began. */
type Target = number | 'latest';

/** What a read waits for: of the service's own stream, or of each one that is named. `latest` alone means all of them. */
export type WaitTargets = Target | Readonly<Record<string, Target>>;

const target = '(?:latest|[0-9]{1,15})';
const named = `[\\w-]+\\s*=\\s*${target}`;

/** `12`, `latest`, or `LAPTOPS=12, PORTS=7`. */
export const waitTargetsPattern = new RegExp(`^(?:${target}|${named}(?:\\s*,\\s*${named})*)$`);

/** What a text of the form of {@link waitTargetsPattern} asks for. */
export function parseWaitTargets(text: string): WaitTargets {
  if (!text.includes('=')) return toTarget(text);
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [stream = '', value = ''] = part.split('=');
      return [stream.trim(), toTarget(value.trim())];
    }),
  );
}

/** The text that means `wanted`. */
export function formatWaitTargets(wanted: WaitTargets): string {
  if (typeof wanted !== 'object') return String(wanted);
  return Object.entries(wanted)
    .map(([stream, position]) => `${stream}=${position}`)
    .join(', ');
}

function toTarget(text: string): Target {
  return text === 'latest' ? text : Number(text);
}

/** Seconds that a read waits for its position when it does not say, and the most it may ask. */
export const defaultWaitSeconds = 5;
export const maxWaitSeconds = 60;

/**
 * Waits until this replica shows what is wanted.
 *
 * @throws Problem `unavailable` when it does not come in time, `malformed` for a stream that the service does not follow.
 */
export async function waitFor(freshness: Freshness, wanted: WaitTargets, seconds: number): Promise<void> {
  const { stream: own, followed } = freshness;
  const streams = new Map<string, StreamFreshness>([[own, freshness.own], ...Object.entries(followed)]);
  const targets: Readonly<Record<string, Target>> =
    typeof wanted === 'object'
      ? wanted
      : wanted === 'latest'
        ? Object.fromEntries([...streams.keys()].map((name) => [name, wanted]))
        : { [own]: wanted };
  await Promise.all(
    Object.entries(targets).map(async ([name, value]) => {
      const stream = streams.get(name);
      if (stream === undefined) {
        const known = [...streams.keys()].join(', ');
        throw new Problem('malformed', `This service does not follow a stream ${name}; it follows ${known}.`);
      }
      const position = value === 'latest' ? await stream.lastPosition() : value;
      if (await stream.reached(position, seconds * 1000)) return;
      throw new Problem(
        'unavailable',
        `This replica is at position ${stream.position} of ${name} and did not reach ${position} within ${seconds} s.`,
      );
    }),
  );
}
