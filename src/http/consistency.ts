/** How fresh an answer is, and how fresh the client wants it: Stream-Position, Wait-For-Position, Prefer, Age. */

import type { Context } from 'koa';
import {
  defaultWaitSeconds,
  maxWaitSeconds,
  parseWanted,
  waitFor,
  type Freshness,
} from '../core/freshness.ts';
import type { RequestHeaders } from './request-headers.ts';

/** The request headers that a read takes. */
export const freshnessHeaders = ['Wait-For-Position', 'Prefer'] as const;

/** Waits for what `Wait-For-Position` asks, as long as `Prefer: wait` says (RFC 7240). @throws Problem `unavailable` */
export async function waitForPosition(headers: RequestHeaders, freshness: Freshness): Promise<void> {
  const wanted = headers['Wait-For-Position'];
  if (wanted === undefined) return;
  await waitFor(freshness, parseWanted(wanted), readWait(headers.Prefer ?? ''));
}

/** Says what this replica has applied and, while the log is away, since how many seconds nothing new can come. */
export function markFreshness(ctx: Context, { own, staleSince }: Freshness): void {
  ctx.set('Stream-Position', String(own.position));
  if (staleSince !== undefined) ctx.set('Age', String(Math.round((Date.now() - staleSince) / 1000)));
}

function readWait(prefer: string): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?/i.exec(prefer)?.[1];
  return wait === undefined ? defaultWaitSeconds : Math.min(Number(wait), maxWaitSeconds);
}
