import type { DomainEvent } from '../../domain/decider.ts';
import type { View, ViewListener } from '../../eventlog/view.ts';
import type { Replay } from '../../nats/stream/replay.ts';
import type { SnapshotInfo } from '../../nats/snapshots/snapshots.ts';

/** The parts of a view that metrics and tracing read. */
export type ObservedView = Pick<View<unknown, DomainEvent>, 'position' | 'rejectedCount' | 'size'> & {
  subscribe(listener: ViewListener<DomainEvent>): () => void;
};

/** Receives the events in the life of a stream that a service reads and writes. */
export type StreamObserver = {
  /** The view begins to follow the stream through the replay `source`. */
  onFollowed(stream: string, view: ObservedView, source: Pick<Replay, 'pending'>): void;
  /** The view has applied everything that the stream held at the start, after `milliseconds`. */
  onCaughtUp(stream: string, view: ObservedView, milliseconds: number): void;
  /** An append with an unknown outcome is sent again. */
  onAppendRetry(stream: string): void;
  /** The newest usable snapshot; undefined if there is none. */
  onSnapshot(stream: string, newest: SnapshotInfo | undefined): void;
  /** The outcome of writing a snapshot. `skipped`: another replica has written one. */
  onSnapshotAttempt(stream: string, outcome: 'written' | 'skipped' | 'failed'): void;
};
