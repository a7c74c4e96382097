/** How fresh an answer is, and how fresh the client wants it: Stream-Position, Wait-For-Position, Prefer, Age. */

import type { Context } from 'koa';
import {
  defaultWaitSeconds,
  maxWaitSeconds,
  parseWanted,
  waitFor,
  type Freshness,
} from '../../eventlog/freshness.ts';
import type { RequestHeaders } from './request-headers.ts';

/** The request headers that a read takes. */
export const freshnessHeaders = ['Wait-For-Position', 'Prefer'] as const;

/** Waits for what `Wait-For-Position` asks, as long as `Prefer: wait` says (RFC 7240). @throws Problem `unavailable` */
export async function waitForPosition(headers: RequestHeaders, freshness: Freshness): Promise<void> {
  const wanted = headers['Wait-For-Position'];
  if (wanted === undefined) return;
  await waitFor(freshness, parseWanted(wanted), readWait(headers.Prefer ?? ''));
}

/** `Stream-Position`: what this replica has applied. `Age`: seconds since the connection to the event log was lost. */
export function describeFreshness({ own, staleSince }: Freshness): Record<string, string> {
  return {
    'Stream-Position': String(own.position),
    ...(staleSince !== undefined && { Age: String(Math.round((Date.now() - staleSince) / 1000)) }),
  };
}

export function markFreshness(ctx: Context, freshness: Freshness): void {
  ctx.set(describeFreshness(freshness));
}

function readWait(prefer: string): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?([0-9]{1,6})"?/i.exec(prefer)?.[1];
  return wait === undefined ? defaultWaitSeconds : Math.min(Number(wait), maxWaitSeconds);
}
