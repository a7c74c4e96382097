/** The streams of a service as metrics: what is appended, how far the views are, and the snapshots. Labelled by stream. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AppendResult } from '../../eventlog/event-store.ts';
import type { StreamObserver, ObservedView } from './stream-observer.ts';
import { durationBuckets } from './request-metrics.ts';

export type StreamMetrics = StreamObserver & {
  /** Initializes the append metrics of a stream to 0, so that the first append shows as an increase. */
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

type Followed = { readonly view: ObservedView; readonly source: { readonly pending: number | undefined } };

export function createStreamMetrics(registry: Registry, product: string): StreamMetrics {
  const registers = [registry];
  const labelNames = ['stream'];
  const followed = new Map<string, Followed>();

  const appends = new Counter({
    registers,
    name: `${product}_appends_total`,
    help: 'How appends ended. `conflict`: another writer came first; `unknown`: no answer came, it may be stored.',
    labelNames: ['stream', 'outcome'],
  });
  const appendDurations = new Histogram({
    registers,
    name: `${product}_append_duration_seconds`,
    help: 'How long appends took until their outcome was known, or given up.',
    labelNames,
    buckets: durationBuckets,
  });
  const appendRetries = new Counter({
    registers,
    name: `${product}_append_retries_total`,
    help: 'How often an append whose outcome was not known was sent again.',
    labelNames,
  });
  const catchUps = new Gauge({
    registers,
    name: `${product}_catch_up_duration_seconds`,
    help: 'How long the start took to read what came after the snapshot.',
    labelNames,
  });
  const snapshotPositions = new Gauge({
    registers,
    name: `${product}_snapshot_position`,
    help: 'The position of the newest usable snapshot that this replica knows.',
    labelNames,
  });
  const snapshotTimes = new Gauge({
    registers,
    name: `${product}_snapshot_timestamp_seconds`,
    help: 'When that snapshot was written, in seconds since 1970.',
    labelNames,
  });
  const snapshotSizes = new Gauge({
    registers,
    name: `${product}_snapshot_size_bytes`,
    help: 'The size of that snapshot.',
    labelNames,
  });
  const snapshotAttempts = new Counter({
    registers,
    name: `${product}_snapshot_attempts_total`,
    help: 'How writing a snapshot ended. `skipped`: another replica has written one.',
    labelNames: ['stream', 'outcome'],
  });

  defineViewGauge(`${product}_applied_position`, 'The last position applied.', ({ view }) => view.position);
  defineViewGauge(
    `${product}_pending_messages`,
    'How many messages the stream held after the last one received, as the broker said with it.',
    ({ source }) => source.pending,
  );
  defineViewGauge(
    `${product}_entities`,
    'How many entities have had messages, those that are gone included.',
    ({ view }) => view.size,
  );
  const rejections = new Counter({
    registers: [],
    name: `${product}_rejected_messages_total`,
    help: 'How many stored messages the fold has refused since the stream began; the same on every replica.',
    labelNames,
    collect() {
      this.reset();
      for (const [stream, { view }] of followed) this.inc({ stream }, view.rejectedCount);
    },
  });
  registry.registerMetric(rejections);

  function defineViewGauge(name: string, help: string, read: (followed: Followed) => number | undefined) {
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

    onFollowed(stream, view, source) {
      followed.set(stream, { view, source });
    },

    onCaughtUp: (stream, _view, milliseconds) => catchUps.set({ stream }, milliseconds / 1000),

    onSnapshot(stream, newest) {
      if (newest === undefined) return;
      snapshotPositions.set({ stream }, newest.position);
      snapshotTimes.set({ stream }, newest.written / 1000);
      snapshotSizes.set({ stream }, newest.size);
    },

    onSnapshotAttempt: (stream, outcome) => snapshotAttempts.inc({ stream, outcome }),
  };
}
