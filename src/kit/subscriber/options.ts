import type { JetStreamManager } from '@nats-io/jetstream';
import type { LiveEvent, RejectedMessage } from '../api/documents.ts';
import type { DomainEvent } from '../domain/decider.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import type { Access, Connection } from '../nats/connection/connection.ts';

/** The first position that is read (0 or 1: the beginning), a time in the past, or only what comes from now on. */
export type From = number | Date | 'now';

export type DurableOptions = {
  /** The name of the consumer, which keeps the place: letters, digits, `-` and `_`. Processes that share it share the events. */
  readonly name: string;
  /** How often `onEvent` may fail on a message before it is refused; default 5. */
  readonly maxAttempts?: number;
  /** Milliseconds before the second attempt, doubled each time up to 100 times as much; default 500. */
  readonly retryMs?: number;
  /**
   * Milliseconds after which a message that nobody has confirmed (its process was killed) is delivered again; default
   * 10 000. A slow `onEvent` is no reason: it is reported as working for as long as it runs.
   */
  readonly confirmWithinMs?: number;
};

export type SubscribeOptions<Event> = {
  /** One or more addresses, separated by commas: `nats://localhost:4222`. */
  readonly natsUrl: string;
  /** Who asks: credentials, TLS, an inbox prefix. */
  readonly access?: Omit<Access, 'url'>;
  /** Where to begin; default `now`. A durable consumer that exists goes on where it was instead. */
  readonly from?: From;
  /**
   * At least once: with a durable consumer the broker keeps the place, and a message is confirmed when `onEvent` has
   * resolved. In order, one at a time; after a kill, the message that was in hand comes again. Without one: each
   * message once and in order for as long as this process lives; keep the position to go on later.
   */
  readonly durable?: DurableOptions;
  /**
   * Is given every event, one after the other. The log holds what anybody published: whether an event followed from
   * what was before is judged by the service's fold alone (`GET /laptops/rejections`).
   *
   * With a durable consumer a failure is tried again; without one it ends the subscription.
   */
  onEvent(event: LiveEvent<Event>): void | Promise<void>;
  /**
   * Is given what is no event this subscriber knows, and what `onEvent` failed on too often (then with its last
   * error); the subscription goes on after it. A failure of this function ends the subscription, before the message is
   * confirmed. Default: such messages are passed over.
   */
  onRefused?(message: RejectedMessage, error?: unknown): void | Promise<void>;
};

export type Subscription = {
  /** The last position that was handled; where it begins, minus one, until then. */
  readonly position: number;
  /** Resolves after `stop`; rejects with what ended the subscription. */
  readonly ended: Promise<void>;
  /** Takes no new message, waits for the one in hand, and disconnects. */
  stop(): Promise<void>;
};

/** Whose events are followed. */
export type SubscribedService<Event extends DomainEvent> = {
  /** What its subjects begin with: `laptops`. */
  readonly name: string;
  /** Not asked for by subject, which a subscriber may not be allowed to: `LAPTOPS`. */
  readonly stream: string;
  readonly events: EventSchema<Event>;
};

/** What is read, over which connection. */
export type Source = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subject: string;
  readonly from: From;
};
