import type { JetStreamManager } from '@nats-io/jetstream';
import type { LiveEvent, RejectedMessage } from '../api/responses/documents.ts';
import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { IdType } from '../domain/id-type.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import type { Access, Connection } from '../nats/connection/connection.ts';

/**
 * First position to deliver (0 or 1: the beginning), a time in the past, or `now` for new events only. A position more than
 * one after the end of the stream is an error.
 */
export type From = number | Date | 'now';

export type DurableOptions = {
  /** Name of the durable consumer: letters, digits, `-` and `_`. Processes that use the same name share the events. */
  readonly name: string;
  /** Number of `onEvent` failures after which a message is rejected; default 5. */
  readonly maxAttempts?: number;
  /** Delay before the second attempt in ms, doubled with each attempt up to 100 times this value; default 500. */
  readonly retryMs?: number;
  /**
   * Time in ms after which an unacknowledged message is delivered again (for example, after its process was killed);
   * default 10 000. A slow `onEvent` does not cause a redelivery: progress is reported to the broker while it runs.
   */
  readonly confirmWithinMs?: number;
};

export type SubscribeOptions<Event, Key extends Id = number> = {
  /** One or more comma-separated addresses: `nats://localhost:4222`. */
  readonly natsUrl: string;
  /** Credentials, TLS options and inbox prefix. */
  readonly access?: Omit<Access, 'url'>;
  /** Where to start; default `now`. Ignored if the durable consumer exists, which resumes from its own position. */
  readonly from?: From;
  /**
   * With a durable consumer, delivery is at least once: the broker stores the position, and a message is acknowledged when
   * `onEvent` has resolved. Messages are delivered in order, one at a time. After a crash, the message in progress is
   * delivered again. Without a durable consumer, each message is delivered once and in order for the lifetime of the
   * process; store the position to resume later.
   */
  readonly durable?: DurableOptions;
  /**
   * Called with every event, one at a time. Anyone can publish to the stream; only the service's fold determines whether
   * an event follows from the entity's history (see `GET /laptops/rejections`).
   *
   * A failure is retried with a durable consumer and ends the subscription without one.
   */
  onEvent(event: LiveEvent<Event, Key>): void | Promise<void>;
  /**
   * Called with a message that is not a known event, or on which `onEvent` failed `maxAttempts` times (`error` is then the
   * last error). The subscription then continues with the next message. If this function fails, the subscription ends and
   * the message is not acknowledged. Default: such messages are skipped.
   */
  onRejected?(message: RejectedMessage, error?: unknown): void | Promise<void>;
};

export type Subscription = {
  /** Position of the last handled message; initially the start position minus one. */
  readonly position: number;
  /**
   * Resolves after `stop`; rejects with the error that ended the subscription. `StreamReplaced`: the stream is not the one that
   * was read before, or ends before the start position. What was derived from its events is invalid; read them again from 0.
   */
  readonly ended: Promise<void>;
  /** Waits for the message in progress, then disconnects. */
  stop(): Promise<void>;
};

export type SubscribedService<Event extends DomainEvent, Key extends Id = number> = {
  /** First token of the service's subjects: `laptops`. */
  readonly name: string;
  /** Stream name: `LAPTOPS`. Not looked up by subject, because a subscriber may lack that permission. */
  readonly stream: string;
  readonly events: EventSchema<Event>;
  /** What the ids of the entities are, as in the contract of the service. Default: positive integers. */
  readonly id?: IdType<Key>;
};

export type Source = {
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subject: string;
  readonly from: From;
};
