/** The headers for read consistency: Stream-Position, Stream-Positions, Wait-For-Position, Prefer and Age. */

import {
  ageOf,
  defaultWaitSeconds,
  formatWaitTargets,
  maxWaitSeconds,
  parseWaitTargets,
  waitFor,
  type Freshness,
} from '../../eventlog/freshness.ts';
import type { ReadContext } from '../server/operation.ts';
import type { RequestHeaders } from './request-headers.ts';

/** The request headers of every read. */
export const freshnessHeaders = ['Wait-For-Position', 'Prefer'] as const;

/**
 * Waits for the positions in `Wait-For-Position`, at most for the seconds in `Prefer: wait` (RFC 7240).
 *
 * @throws Problem `unavailable` if they are not reached in time, `malformed` for a stream that the service does not follow.
 */
export async function waitForPosition(headers: RequestHeaders, freshness: Freshness): Promise<void> {
  const wanted = headers['Wait-For-Position'];
  if (wanted === undefined) return;
  await waitFor(freshness, parseWaitTargets(wanted), parseWaitSeconds(headers.Prefer ?? ''));
}

/** `Stream-Position`: the position that this replica has applied. `Age`: seconds for which a stream was not read. */
export function describeFreshness(freshness: Freshness): Record<string, string> {
  const position = String(freshness.own.position);
  const age = ageOf(freshness, Date.now());
  return age === undefined
    ? { 'Stream-Position': position }
    : { 'Stream-Position': position, Age: String(age) };
}

export function markFreshness(ctx: Pick<ReadContext, 'set'>, freshness: Freshness): void {
  ctx.set(describeFreshness(freshness));
}

/** For a page: also `Stream-Positions`. */
export function markPageFreshness(ctx: Pick<ReadContext, 'set'>, freshness: Freshness): void {
  markFreshness(ctx, freshness);
  ctx.set('Stream-Positions', formatStreamPositions(freshness));
}

/** `Stream-Positions`: the applied position of every stream, for which the next page can wait. */
export function formatStreamPositions({ stream, own, followed }: Freshness): string {
  const streams = Object.entries({ [stream]: own, ...followed });
  return formatWaitTargets(Object.fromEntries(streams.map(([name, { position }]) => [name, position])));
}

function parseWaitSeconds(prefer: string): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?/i.exec(prefer)?.[1];
  return wait === undefined ? defaultWaitSeconds : Math.min(Number(wait), maxWaitSeconds);
}
