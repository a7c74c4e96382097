/** What happens to a stream that a service reads and writes, told to whoever wants to know: metrics, tracing. */

import type { DomainEvent } from '../core/decider.ts';
import type { StoredMessage } from '../core/event-store.ts';
import type { View } from '../core/view.ts';
import type { Replay } from '../nats/replay.ts';
import type { SnapshotInfo } from '../nats/snapshots.ts';

/** What is to be seen of a view, whatever is in it. */
export type ObservedView = Pick<View<unknown, DomainEvent>, 'position' | 'rejectedCount' | 'size'> & {
  subscribe(listener: (message: StoredMessage<DomainEvent>) => void): () => void;
};

export type LogObserver = {
  /** The view begins to follow the stream; `source` is what it is read with. */
  onFollowed(stream: string, view: ObservedView, source: Pick<Replay, 'pending'>): void;
  /** The view shows all that the stream held at boot, after so many milliseconds. */
  onCaughtUp(stream: string, view: ObservedView, milliseconds: number): void;
  /** An append whose outcome is not known is sent again. */
  onAppendRetry(stream: string): void;
  /** The newest snapshot that is known to be usable; undefined: there is none. */
  onSnapshot(stream: string, newest: SnapshotInfo | undefined): void;
  /** How writing a snapshot ended; `skipped`: another replica has written one. */
  onSnapshotAttempt(stream: string, outcome: 'written' | 'skipped' | 'failed'): void;
};
