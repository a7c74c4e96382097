/** How fresh an answer of this replica is, and how fresh it is asked to be. */

import { Problem } from './problem.ts';

/** What the reads of a service need to know about their own freshness. */
export type Freshness = {
  /** The last position that this replica has applied. */
  readonly position: number;
  /** When the connection to the log was lost, in milliseconds since 1970; undefined while it is up. */
  readonly staleSince: number | undefined;
  reached(position: number, timeoutMs: number): Promise<boolean>;
  /** The stream's last position, as its leader knows it. Throws `unavailable`. */
  lastPosition(): Promise<number>;
};

/** Seconds that a read waits for its position when it does not say, and the most it may ask. */
export const defaultWaitSeconds = 5;
export const maxWaitSeconds = 60;

/**
 * Waits until this replica shows `wanted`: a position, or `latest`, everything acknowledged before the read began.
 *
 * @throws Problem `unavailable` when the position does not come in time.
 */
export async function waitFor(
  freshness: Freshness,
  wanted: number | 'latest',
  seconds: number,
): Promise<void> {
  const position = wanted === 'latest' ? await freshness.lastPosition() : wanted;
  if (await freshness.reached(position, seconds * 1000)) return;
  throw new Problem(
    'unavailable',
    `This replica is at position ${freshness.position} and did not reach ${position} within ${seconds} s.`,
  );
}
