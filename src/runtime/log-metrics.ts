/** The streams of a service as metrics: what is appended, how far the views are, and the snapshots. Labelled by stream. */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DomainEvent } from '../core/decider.ts';
import type { AppendResult, EventStore } from '../core/event-store.ts';
import type { LogObserver, ObservedView } from './log-observer.ts';
import { durationBuckets } from './request-metrics.ts';

export type LogMetrics = LogObserver & {
  /** The same store, with its appends counted. */
  countAppends<Event extends DomainEvent>(stream: string, store: EventStore<Event>): EventStore<Event>;
};

const outcomes: readonly AppendResult['outcome'][] = [
  'written',
  'duplicate',
  'conflict',
  'unavailable',
  'unknown',
];

type Followed = { readonly view: ObservedView; readonly source: { readonly pending: number | undefined } };

export function createLogMetrics(registry: Registry): LogMetrics {
  const registers = [registry];
  const labelNames = ['stream'];
  const followed = new Map<string, Followed>();

  const appends = new Counter({
    registers,
    name: 'portside_appends_total',
    help: 'How appends ended. `conflict`: another writer came first; `unknown`: no answer came, it may be stored.',
    labelNames: ['stream', 'outcome'],
  });
  const appendDurations = new Histogram({
    registers,
    name: 'portside_append_duration_seconds',
    help: 'How long appends took until their outcome was known, or given up.',
    labelNames,
    buckets: durationBuckets,
  });
  const appendRetries = new Counter({
    registers,
    name: 'portside_append_retries_total',
    help: 'How often an append whose outcome was not known was sent again.',
    labelNames,
  });
  const catchUps = new Gauge({
    registers,
    name: 'portside_catch_up_duration_seconds',
    help: 'How long the start took to read what came after the snapshot.',
    labelNames,
  });
  const snapshotPositions = new Gauge({
    registers,
    name: 'portside_snapshot_position',
    help: 'The position of the newest usable snapshot that this replica knows.',
    labelNames,
  });
  const snapshotTimes = new Gauge({
    registers,
    name: 'portside_snapshot_timestamp_seconds',
    help: 'When that snapshot was written, in seconds since 1970.',
    labelNames,
  });
  const snapshotSizes = new Gauge({
    registers,
    name: 'portside_snapshot_size_bytes',
    help: 'The size of that snapshot.',
    labelNames,
  });
  const snapshotAttempts = new Counter({
    registers,
    name: 'portside_snapshot_attempts_total',
    help: 'How writing a snapshot ended. `skipped`: another replica has written one.',
    labelNames: ['stream', 'outcome'],
  });

  defineViewGauge('portside_applied_position', 'The last position applied.', ({ view }) => view.position);
  defineViewGauge(
    'portside_pending_messages',
    'How many messages the stream held after the last one received, as the broker said with it.',
    ({ source }) => source.pending,
  );
  defineViewGauge(
    'portside_entities',
    'How many entities have had messages, those that are gone included.',
    ({ view }) => view.size,
  );
  const rejections = new Counter({
    registers: [],
    name: 'portside_rejected_messages_total',
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
    countAppends(stream, store) {
      // What has not happened yet is 0, so that the first time shows as an increase.
      for (const outcome of outcomes) appends.inc({ stream, outcome }, 0);
      appendRetries.inc({ stream }, 0);
      return {
        ...store,
        async append(append) {
          const end = appendDurations.startTimer({ stream });
          const result = await store.append(append);
          end();
          appends.inc({ stream, outcome: result.outcome });
          return result;
        },
      };
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
