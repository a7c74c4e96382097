import type { ServiceStatus } from '../../api/documents.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';
import type { AppendLatency } from './append-latency.ts';

export type StatusSources = Pick<ServiceStatus, 'service' | 'replica' | 'version' | 'traceUrl'> & {
  readonly freshness: Freshness;
  readonly view: { readonly size: number; readonly rejectedCount: number };
  readonly feed: { readonly size: number };
  readonly appendLatency: AppendLatency;
};

/** How long the positions read from the stream leaders are cached, in ms. */
const cacheMs = 500;
/** Timeout for a query to a stream leader, in ms. After a timeout, the stream's last position is reported as null. */
const leaderTimeoutMs = 1_000;

/** Returns a function that builds the status. It queries the stream leaders at most twice a second. */
export function createStatus({
  freshness,
  view,
  feed,
  appendLatency,
  ...constantFields
}: StatusSources): () => Promise<ServiceStatus> {
  const startedAt = new Date().toISOString();
  const streams: readonly (readonly [string, StreamFreshness])[] = [
    [freshness.stream, freshness.own],
    ...Object.entries(freshness.followed),
  ];
  let cached: { readonly at: number; readonly positions: Promise<(number | null)[]> } | undefined;

  function lastPositions(): Promise<(number | null)[]> {
    if (freshness.staleSince !== undefined) return Promise.resolve(streams.map(() => null));
    const now = performance.now();
    if (cached === undefined || now - cached.at > cacheMs) {
      cached = { at: now, positions: Promise.all(streams.map(([, stream]) => leaderPositionOf(stream))) };
    }
    return cached.positions;
  }

  return async () => {
    const positions = await lastPositions();
    const { staleSince } = freshness;
    return {
      ...constantFields,
      startedAt,
      stream: freshness.stream,
      streams: Object.fromEntries(
        streams.map(([name, { position }], index) => {
          const last = positions[index] ?? null;
          // The view may have applied later messages since the leader was queried.
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

async function leaderPositionOf(stream: StreamFreshness): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, leaderTimeoutMs, null);
  });
  try {
    return await Promise.race([stream.leaderPosition(), timeout]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
