import type { DomainEvent, Rejection } from './decider.ts';

/** A stored message as the fold takes it. */
export type StoredMessage<Event extends DomainEvent> = {
  /** The stream sequence: 1, 2, 3 … */
  readonly position: number;
  /** When the broker stored it, in milliseconds since 1970. */
  readonly time: number;
  /** The entity that the subject names; undefined when it names none (`laptops.events.x`). */
  readonly id: number | undefined;
  readonly subject: string;
  /** `Nats-Msg-Id`: the id of the command that caused it, if its author gave one. */
  readonly messageId: string | undefined;
  /** A digest of that command, if its author gave one. */
  readonly commandDigest: string | undefined;
  /** The trace that it belongs to (W3C Trace Context), if its author gave one. */
  readonly traceparent?: string | undefined;
  /** What is in it, or why it is not an event. */
  readonly content: Event | Rejection;
};
