import type { DomainEvent } from '../../domain/decider.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import type { AppendLatency } from './append-latency.ts';
import type { StreamMetrics } from './stream-metrics.ts';
import type { Tracing } from './tracing/tracing.ts';

export type AppendObservers = {
  readonly latency: AppendLatency;
  readonly metrics: Pick<StreamMetrics, 'onAppended'>;
  readonly tracing: Pick<Tracing, 'beginAppendSpan'> | undefined;
};

/** Wraps `store` so that each append is timed, counted by outcome and, if tracing is enabled, recorded as a span. */
export function instrumentAppends(
  stream: string,
  store: EventStore<DomainEvent>,
  { latency, metrics, tracing }: AppendObservers,
): EventStore<DomainEvent> {
  return {
    ...store,
    async append(append) {
      const span = tracing?.beginAppendSpan(stream, append);
      const started = performance.now();
      const result = await store.append({ ...append, traceparent: span?.traceparent ?? append.traceparent });
      const milliseconds = performance.now() - started;
      if (result.outcome === 'written') latency.record(milliseconds);
      metrics.onAppended(stream, result.outcome, milliseconds);
      span?.end(result);
      return result;
    },
  };
}
