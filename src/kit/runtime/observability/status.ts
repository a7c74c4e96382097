import type { ServiceStatus } from '../../api/responses/documents.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';
import type { AppendLatency } from './append-latency.ts';

export type StatusSources = Pick<
  ServiceStatus,
  'service' | 'replica' | 'version' | 'natsUrl' | 'traceUrl'
> & {
  readonly freshness: Freshness;
  readonly view: { readonly size: number; readonly rejectedCount: number };
  readonly feed: { readonly size: number };
  readonly appendLatency: AppendLatency;
  readProcess(): ServiceStatus['process'];
  /** Number of messages after which a snapshot is due. */
  snapshotEvery(): number;
  /** The latest snapshot of the service's own stream. */
  readSnapshot(): ServiceStatus['snapshot'];
  /** Asks the broker. */
  readBroker(): Promise<ServiceStatus['broker']>;
};

/** How long the positions read from the stream leaders are cached, in ms. */
const cacheMs = 500;
/** Timeout for a query to a stream leader, in ms. After a timeout, what it asked for is reported as null. */
const leaderTimeoutMs = 1_000;

/** Returns a function that builds the status. It queries the stream leaders at most twice a second. */
export function createStatus({
  freshness,
  view,
  feed,
  appendLatency,
  readProcess,
  snapshotEvery,
  readSnapshot,
  readBroker,
  ...constantFields
}: StatusSources): () => Promise<ServiceStatus> {
  const startedAt = new Date().toISOString();
  const streams: readonly (readonly [string, StreamFreshness])[] = [
    [freshness.stream, freshness.own],
    ...Object.entries(freshness.followed),
  ];
  type Answers = readonly [positions: (number | null)[], broker: ServiceStatus['broker']];
  let cached: { readonly at: number; readonly answers: Promise<Answers> } | undefined;

  function askBroker(): Promise<Answers> {
    if (freshness.staleSince !== undefined) return Promise.resolve([streams.map(() => null), null]);
    const now = performance.now();
    if (cached === undefined || now - cached.at > cacheMs) {
      const positions = Promise.all(streams.map(([, stream]) => inTime(stream.leaderPosition())));
      cached = { at: now, answers: Promise.all([positions, inTime(readBroker())]) };
    }
    return cached.answers;
  }

  return async () => {
    const [positions, broker] = await askBroker();
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
      process: readProcess(),
      snapshot: readSnapshot(),
      snapshotEvery: snapshotEvery(),
      broker,
    };
  };
}

/** Returns null if the broker does not answer, or not in time. */
async function inTime<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, leaderTimeoutMs, null);
  });
  try {
    return await Promise.race([answer, timeout]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
