/** What the core asks of the log, and in which terms it speaks of what is stored there. */

import type { DomainEvent } from '../domain/decider.ts';
import type { StoredMessage } from '../domain/stored-message.ts';

/** How an append ended. `conflict` and `unknown` are values: they are expected, and the caller decides what follows. */
export type AppendResult =
  /** The events are stored; `position` is that of the last one. */
  | { readonly outcome: 'written'; readonly position: number }
  /** A message with this id is already stored, at `position`: nothing was added. */
  | { readonly outcome: 'duplicate'; readonly position: number }
  /** Another message came first on the entity's subject: nothing was added. */
  | { readonly outcome: 'conflict' }
  /** The broker said that it did not take them: nothing was added. */
  | { readonly outcome: 'unavailable'; readonly cause: unknown }
  /** No answer came, and the entity's tail does not show them: they may still be stored. */
  | { readonly outcome: 'unknown'; readonly cause: unknown };

export type Append<Event extends DomainEvent> = {
  readonly id: number;
  readonly events: readonly Event[];
  /** The position of the entity's last message as the decision saw it; 0 when it has none. */
  readonly expectedVersion: number;
  readonly messageId: string;
  readonly commandDigest: string;
  /** Where it stands in a trace (W3C Trace Context). */
  readonly traceparent?: string | undefined;
};

/**
 * Which part of a history is read: after `after` (default 0), up to and including `upTo`, at most `limit` messages.
 * `upTo` is at most the position of the last message of what is read, so that the end of the reading is certain.
 */
export type HistoryRange = { readonly after?: number; readonly upTo: number; readonly limit?: number };

/** The log of one kind of entity. All positions come from the stream's leader, never from a stale replica. */
export type EventStore<Event extends DomainEvent> = {
  append(append: Append<Event>): Promise<AppendResult>;
  /** The position of the entity's last message, 0 when it has none. Throws `unavailable` when the log does not answer. */
  lastPositionOf(id: number): Promise<number>;
  /** The stream's last position, 0 when it is empty. Throws `unavailable` when the log does not answer. */
  lastPosition(): Promise<number>;
  /** The last position stored at or before `time` (milliseconds since 1970), 0 when there is none. Throws `unavailable`. */
  positionAt(time: number): Promise<number>;
  /** The message at `position`; undefined when there is none. Throws `unavailable`. */
  read(position: number): Promise<StoredMessage<Event> | undefined>;
  /** The position of the oldest message that the stream still holds, 0 when it is empty. Throws `unavailable`. */
  firstPosition(): Promise<number>;
  /** All messages in order, whichever entity's, rejected ones included. Throws `unavailable`. */
  readAll(range: HistoryRange): Promise<StoredMessage<Event>[]>;
  /** The entity's messages in order, rejected ones included. Throws `unavailable`. */
  history(id: number, range: HistoryRange): Promise<StoredMessage<Event>[]>;
};
