import type { ServiceStatus } from '../../api/documents.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';
import type { AppendLatency } from './append-latency.ts';

export type StatusSources = Pick<ServiceStatus, 'service' | 'replica' | 'version' | 'traceUrl'> & {
  readonly freshness: Freshness;
  readonly view: { readonly size: number; readonly rejectedCount: number };
  readonly feed: { readonly size: number };
  readonly appendLatency: AppendLatency;
};

/** How long the positions read from the stream leaders are shared by all requests, in ms. */
const sharedMs = 500;
/** Timeout for a stream leader, in ms. After it, the stream's last position is reported as unknown. */
const leaderTimeoutMs = 1_000;

/** Returns a function that builds the status. The stream leaders are asked at most twice a second. */
export function createStatus({
  freshness,
  view,
  feed,
  appendLatency,
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
          // The view may have applied newer messages since the leader was asked.
          return [name, { applied: position, last: last === null ? null : Math.max(last, position) }];
        }),
      ),
      entities: view.size,
      rejected: view.rejectedCount,
      followers: feed.size,
      brokerDownSince: staleSince === undefined ? null : new Date(staleSince).toISOString(),
      appends: {
        count: appendLatency.count,
        medianMs: appendLatency.quantile(0.5) ?? null,
        p99Ms: appendLatency.quantile(0.99) ?? null,
      },
    };
  };
}

async function lastPositionOf(stream: StreamFreshness): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, leaderTimeoutMs, null);
  });
  try {
    return await Promise.race([stream.lastPosition(), tooLate]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
