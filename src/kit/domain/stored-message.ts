import type { DomainEvent, Rejection } from './decider.ts';
import type { Id } from './entity-id.ts';

/** Identifies a stored message. Streams that hold different messages at one position have different histories. */
export type MessageIdentity = {
  /** The stream sequence: 1, 2, 3 … */
  readonly position: number;
  /** Time at which the broker stored the message, in ms since the epoch. */
  readonly time: number;
  /** The part of that time below one millisecond, in nanoseconds. */
  readonly nanoseconds: number;
  readonly subject: string;
  /** `Nats-Msg-Id` header: id of the command that caused the event. Optional. */
  readonly messageId: string | undefined;
};

/** A decoded message of a stream. */
export type StoredMessage<Event extends DomainEvent> = MessageIdentity & {
  /** Entity id in the subject; undefined if the subject has no valid id (`laptops.events.x`). */
  readonly id: Id | undefined;
  /** Digest of that command. Optional. */
  readonly commandDigest: string | undefined;
  /** Trace context of that command (W3C Trace Context). Optional. */
  readonly traceparent?: string | undefined;
  /** Who sent that command. Optional. */
  readonly actor?: string | undefined;
  /** Version of the service that appended the event. Optional. */
  readonly version?: string | undefined;
  /** The event, or the reason why the payload is not a valid event. */
  readonly content: Event | Rejection;
};
