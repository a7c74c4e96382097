import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { StoredMessage } from '../domain/stored-message.ts';

/** Result of an append. Failures are values, because they are expected and the caller handles each of them. */
export type AppendResult =
  /** The events are stored. `position` is the position of the last event. */
  | { readonly outcome: 'written'; readonly position: number }
  /** A message with this id is already stored at `position`. Nothing was appended. */
  | { readonly outcome: 'duplicate'; readonly position: number }
  /** The version of the entity differs from the expected version. Nothing was appended. */
  | { readonly outcome: 'conflict' }
  /** The broker rejected the append or is not connected. Nothing was appended. */
  | { readonly outcome: 'unavailable'; readonly cause: unknown }
  /** The broker did not respond, and the entity's last message is not from this append. The events may still be stored. */
  | { readonly outcome: 'unknown'; readonly cause: unknown };

export type Append<Event extends DomainEvent> = {
  readonly id: Id;
  readonly events: readonly Event[];
  /** Position of the entity's last message at the time of the decision; 0 if it had none. */
  readonly expectedVersion: number;
  readonly messageId: string;
  readonly commandDigest: string;
  /** Trace context, stored with the events (W3C Trace Context). */
  readonly traceparent?: string | undefined;
  /** Who sent the command, stored with the events. */
  readonly actor?: string | undefined;
};

/**
 * Range of a read: positions greater than `after` (default 0), up to and including `upTo`, at most `limit` messages.
 * `upTo` must not exceed the position of the last message, so that the read can detect its end.
 */
export type HistoryRange = { readonly after?: number; readonly upTo: number; readonly limit?: number };

/** A message with the payload that the stream holds. */
export type LoggedMessage<Event extends DomainEvent> = {
  readonly message: StoredMessage<Event>;
  readonly payload: Uint8Array;
};

/** A message as the stream holds it. */
export type OriginalMessage<Event extends DomainEvent> = LoggedMessage<Event> & {
  /** The values of each header. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
};

/** Range of a page of the log. */
export type LogRange = Required<HistoryRange> & {
  /** Only messages of this entity. Default: of all entities. */
  readonly id?: Id | undefined;
  /** The last known position of these messages. The page has all of them up to this position. */
  readonly known: number;
};

export type LogPage<Event extends DomainEvent> = {
  /** In order. */
  readonly messages: readonly LoggedMessage<Event>[];
  /** Everything in the range was read up to this position. It is less than `upTo` if the page is full. */
  readonly to: number;
};

/** Positions of the first and last message of a stream, 0 if it is empty. */
export type StreamBounds = { readonly first: number; readonly last: number };

/**
 * Event log of one entity type. Unless noted, answers come from the stream leader, never from a stale replica of the stream. A
 * leader that is cut off from its peers responds until it steps down, though, and may not have the latest messages. An answer marked
 * as confirmed includes every append that was acknowledged before the call.
 */
export type EventStore<Event extends DomainEvent> = {
  append(append: Append<Event>): Promise<AppendResult>;
  /** Returns the position of the entity's last message, 0 if it has none; not confirmed. Throws `unavailable` on a timeout. */
  lastPositionOf(id: Id): Promise<number>;
  /**
   * Returns the last position of the stream, 0 if it is empty; confirmed. Throws `unavailable` if a majority of the stream's
   * servers does not confirm it in time.
   *
   * @param timeoutMs default: long enough for a leader election. At least one attempt is made.
   */
  lastPosition(timeoutMs?: number): Promise<number>;
  /** Returns the last position that the leader reports, not confirmed: for display. Throws `unavailable`. */
  leaderPosition(): Promise<number>;
  /** Returns the time of the stream leader, whose clock sets the times of messages (ms since the epoch). Throws `unavailable`. */
  currentTime(): Promise<number>;
  /** Returns the last position stored at or before `time` (ms since the epoch), 0 if there is none; confirmed. Throws `unavailable`. */
  positionAt(time: number): Promise<number>;
  /** Returns the message at `position`; undefined if there is none, which is confirmed. Throws `unavailable`. */
  read(position: number): Promise<StoredMessage<Event> | undefined>;
  /** Like `read`, with payload and headers. */
  readOriginal(position: number): Promise<OriginalMessage<Event> | undefined>;
  /** Returns the positions of the first and the last message of the stream; confirmed. Throws `unavailable`. */
  bounds(): Promise<StreamBounds>;
  /** Returns the messages of all entities in order, including rejected ones. Throws `unavailable`. */
  readAll(range: HistoryRange): Promise<StoredMessage<Event>[]>;
  /** Returns the messages of the entity in order, including rejected ones. Throws `unavailable`. */
  history(id: Id, range: HistoryRange): Promise<StoredMessage<Event>[]>;
  /** Returns a page of messages, including rejected ones, from a server that has all messages up to `known`. Throws `unavailable`. */
  readLog(range: LogRange): Promise<LogPage<Event>>;
  /**
   * Returns the messages of the entity in order, from any server of the stream, which may not have the latest ones. The last
   * ones may be after `upTo`, which is not limited by the last message. Undefined if no server responds.
   */
  historyOfAnyServer(id: Id, range: HistoryRange): Promise<StoredMessage<Event>[] | undefined>;
};
