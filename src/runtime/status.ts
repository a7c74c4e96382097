/** The figures that a replica gives of itself. */

import type { ServiceStatus } from '../core/documents.ts';
import type { Freshness, StreamFreshness } from '../core/freshness.ts';
import type { AppendTimes } from './append-times.ts';

export type StatusSources = Pick<ServiceStatus, 'service' | 'replica' | 'version' | 'traceUrl'> & {
  readonly freshness: Freshness;
  readonly view: { readonly size: number; readonly rejectedCount: number };
  readonly feed: { readonly size: number };
  readonly appendTimes: AppendTimes;
};

/** Milliseconds for which an answer of the streams' leaders serves everybody who asks. */
const sharedMs = 500;
/** Milliseconds that a leader may take; past them its stream's last position is not known. */
const patienceMs = 1_000;

/** @returns what makes the figures; however many ask, the leaders are asked twice a second at most. */
export function createStatus({
  freshness,
  view,
  feed,
  appendTimes,
  ...unchanging
}: StatusSources): () => Promise<ServiceStatus> {
  const startedAt = new Date().toISOString();
  const streams: readonly (readonly [string, StreamFreshness])[] = [
    [freshness.stream, freshness.own],
    ...Object.entries(freshness.followed),
  ];
  let asked: { readonly at: number; readonly positions: Promise<(number | null)[]> } | undefined;

  function lastPositions(): Promise<(number | null)[]> {
    if (freshness.staleSince !== undefined) return Promise.resolve(streams.map(() => null));
    const now = performance.now();
    if (asked === undefined || now - asked.at > sharedMs) {
      asked = { at: now, positions: Promise.all(streams.map(([, stream]) => lastPositionOf(stream))) };
    }
    return asked.positions;
  }

  return async () => {
    const lasts = await lastPositions();
    const { staleSince } = freshness;
    return {
      ...unchanging,
      startedAt,
      stream: freshness.stream,
      streams: Object.fromEntries(
        streams.map(([name, { position }], index) => {
          const last = lasts[index] ?? null;
          // What came since the leader was asked is already known here.
          return [name, { applied: position, last: last === null ? null : Math.max(last, position) }];
        }),
      ),
      entities: view.size,
      rejected: view.rejectedCount,
      followers: feed.size,
      brokerDownSince: staleSince === undefined ? null : new Date(staleSince).toISOString(),
      appends: {
        count: appendTimes.count,
        medianMs: appendTimes.quantile(0.5) ?? null,
        p99Ms: appendTimes.quantile(0.99) ?? null,
      },
    };
  };
}

async function lastPositionOf(stream: StreamFreshness): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, patienceMs, null);
  });
  try {
    return await Promise.race([stream.lastPosition(), tooLate]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
