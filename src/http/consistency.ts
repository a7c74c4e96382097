/** How fresh an answer is, and how fresh the client wants it: Stream-Position, Wait-For-Position, Prefer, Age. */

import type { Context } from 'koa';
import { Problem } from '../core/problem.ts';
import type { RequestHeaders } from './request-headers.ts';

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

/** Seconds that a read waits for its position when it does not say (RFC 7240, `Prefer: wait`), and the most it may ask. */
const defaultWaitSeconds = 5;
const maxWaitSeconds = 60;

/** The request headers that a read takes. */
export const freshnessHeaders = ['Wait-For-Position', 'Prefer'] as const;

/**
 * Waits until this replica shows what `Wait-For-Position` asks: a position, or `latest`, everything acknowledged before
 * the read began.
 *
 * @throws Problem `unavailable` when the position does not come in time.
 */
export async function waitForPosition(headers: RequestHeaders, freshness: Freshness): Promise<void> {
  const wanted = headers['Wait-For-Position'];
  if (wanted === undefined) return;
  const seconds = readWait(headers.Prefer ?? '');
  const position = wanted === 'latest' ? await freshness.lastPosition() : Number(wanted);
  if (await freshness.reached(position, seconds * 1000)) return;
  throw new Problem(
    'unavailable',
    `This replica is at position ${freshness.position} and did not reach ${position} within ${seconds} s.`,
  );
}

/** Says what this replica has applied and, while the log is away, since how many seconds nothing new can come. */
export function markFreshness(ctx: Context, { position, staleSince }: Freshness): void {
  ctx.set('Stream-Position', String(position));
  if (staleSince !== undefined) ctx.set('Age', String(Math.round((Date.now() - staleSince) / 1000)));
}

function readWait(prefer: string): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?/i.exec(prefer)?.[1];
  return wait === undefined ? defaultWaitSeconds : Math.min(Number(wait), maxWaitSeconds);
}
