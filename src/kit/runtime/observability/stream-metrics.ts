import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AppendResult } from '../../eventlog/event-store.ts';
import type { StreamObserver, ObservedView } from './stream-observer.ts';
import { durationBuckets } from './request-metrics.ts';

export type StreamMetrics = StreamObserver & {
  /** Initializes the append counters of a stream to 0, so that the first append is visible as an increase. */
  watchAppends(stream: string): void;
  onAppended(stream: string, outcome: AppendResult['outcome'], milliseconds: number): void;
};

const outcomes: readonly AppendResult['outcome'][] = [
  'written',
  'duplicate',
  'conflict',
  'unavailable',
  'unknown',
];

type FollowedView = {
  readonly view: ObservedView;
  readonly source: { readonly pending: number | undefined };
};

export function createStreamMetrics(registry: Registry, product: string): StreamMetrics {
  const registers = [registry];
  const labelNames = ['stream'];
  const followed = new Map<string, FollowedView>();

  const appends = new Counter({
    registers,
    name: `${product}_appends_total`,
    help: 'Appends by outcome. `conflict`: another writer was first; `unknown`: no acknowledgement, may be stored.',
    labelNames: ['stream', 'outcome'],
  });
  const appendDurations = new Histogram({
    registers,
    name: `${product}_append_duration_seconds`,
    help: 'Duration of appends, including retries, in seconds.',
    labelNames,
    buckets: durationBuckets,
  });
  const appendRetries = new Counter({
    registers,
    name: `${product}_append_retries_total`,
    help: 'Retries of appends whose outcome was unknown.',
    labelNames,
  });
  const catchUps = new Gauge({
    registers,
    name: `${product}_catch_up_duration_seconds`,
    help: 'Duration of the replay after the snapshot at startup, in seconds.',
    labelNames,
  });
  const snapshotPositions = new Gauge({
    registers,
    name: `${product}_snapshot_position`,
    help: 'Position of the latest usable snapshot known to this replica.',
    labelNames,
  });
  const snapshotTimes = new Gauge({
    registers,
    name: `${product}_snapshot_timestamp_seconds`,
    help: 'Time when the latest usable snapshot was written, in seconds since 1970.',
    labelNames,
  });
  const snapshotSizes = new Gauge({
    registers,
    name: `${product}_snapshot_size_bytes`,
    help: 'Size of the latest usable snapshot, in bytes.',
    labelNames,
  });
  const snapshotAttempts = new Counter({
    registers,
    name: `${product}_snapshot_attempts_total`,
    help: 'Snapshot attempts by outcome. `skipped`: another replica has written a snapshot or is writing one.',
    labelNames: ['stream', 'outcome'],
  });

  defineViewGauge(`${product}_applied_position`, 'Last applied position.', ({ view }) => view.position);
  defineViewGauge(
    `${product}_pending_messages`,
    'Number of messages in the stream after the last one received, as reported by the broker with it.',
    ({ source }) => source.pending,
  );
  defineViewGauge(
    `${product}_entities`,
    'Number of entities with at least one message, including removed ones.',
    ({ view }) => view.size,
  );
  const rejections = new Counter({
    registers: [],
    name: `${product}_rejected_messages_total`,
    help: 'Rejected messages since the start of the stream. The same on every replica.',
    labelNames,
    collect() {
      this.reset();
      for (const [stream, { view }] of followed) this.inc({ stream }, view.rejectedCount);
    },
  });
  registry.registerMetric(rejections);

  function defineViewGauge(name: string, help: string, read: (followed: FollowedView) => number | undefined) {
    return new Gauge({
      registers,
      name,
      help,
      labelNames,
      collect() {
        for (const [stream, each] of followed) {
          const value = read(each);
          if (value !== undefined) this.set({ stream }, value);
        }
      },
    });
  }

  return {
    watchAppends(stream) {
      for (const outcome of outcomes) appends.inc({ stream, outcome }, 0);
      appendRetries.inc({ stream }, 0);
    },

    onAppended(stream, outcome, milliseconds) {
      appendDurations.observe({ stream }, milliseconds / 1000);
      appends.inc({ stream, outcome });
    },

    onAppendRetry: (stream) => appendRetries.inc({ stream }),

    onFollowing(stream, view, source) {
      followed.set(stream, { view, source });
    },

    onCaughtUp: (stream, _view, milliseconds) => catchUps.set({ stream }, milliseconds / 1000),

    onSnapshot(stream, latest) {
      if (latest === undefined) return;
      snapshotPositions.set({ stream }, latest.position);
      snapshotTimes.set({ stream }, latest.written / 1000);
      snapshotSizes.set({ stream }, latest.size);
    },

    onSnapshotAttempt: (stream, outcome) => snapshotAttempts.inc({ stream, outcome }),
  };
}
