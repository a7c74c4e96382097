import type { DomainEvent } from '../../domain/decider.ts';
import type { View, ViewListener } from '../../eventlog/view/view.ts';
import type { Replay } from '../../nats/stream/replay.ts';
import type { SnapshotInfo } from '../../nats/snapshots/snapshots.ts';

/** The parts of a view that metrics and tracing read. */
export type ObservedView = Pick<View<unknown, DomainEvent>, 'position' | 'rejectedCount' | 'size'> & {
  subscribe(listener: ViewListener<DomainEvent>): () => void;
};

/** Receives notifications about a stream that a service reads or writes. */
export type StreamObserver = {
  /** The view follows the stream through the replay `source`. */
  onFollowing(stream: string, view: ObservedView, source: Pick<Replay, 'pending'>): void;
  /** The view has applied all messages that the stream held at startup. This took `milliseconds`. */
  onCaughtUp(stream: string, view: ObservedView, milliseconds: number): void;
  onAppendRetry(stream: string): void;
  /** The latest usable snapshot; undefined if there is none. */
  onSnapshot(stream: string, latest: SnapshotInfo | undefined): void;
  /** The outcome of writing a snapshot. `skipped`: another replica has written one. */
  onSnapshotAttempt(stream: string, outcome: 'written' | 'skipped' | 'failed'): void;
};
