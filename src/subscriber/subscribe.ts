/** Follows a service's events in the log itself, over NATS: upcast, validated, from wherever one likes. */

import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../core/decider.ts';
import type { LiveEvent, RejectedMessage } from '../core/documents.ts';
import type { EventSchema } from '../core/event-schema.ts';
import { createCodec } from '../nats/codec.ts';
import { connectToNats, type Access } from '../nats/connection.ts';
import { eventSubjects } from '../nats/subjects.ts';
import { followDurably } from './durable.ts';
import { createHandOver } from './hand-over.ts';
import { followInOrder } from './ordered.ts';

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

/** @throws when no server answers, or the service's stream is not there. Later losses of the connection are mended. */
export async function subscribe<Event extends DomainEvent>(
  { name, stream, events }: SubscribedService<Event>,
  options: SubscribeOptions<Event>,
): Promise<Subscription> {
  const { natsUrl, access, from = 'now', durable } = options;
  const connection = await connectToNats({ ...access, url: natsUrl, name: `${name} subscriber` });
  try {
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    const subjects = eventSubjects(name);
    await jsm.streams.info(stream);
    const handOver = createHandOver(createCodec(events, subjects), options);
    const source = { connection, jsm, stream, subject: subjects.all, from };
    const following = await (durable === undefined
      ? followInOrder(source, handOver)
      : followDurably({ ...source, durable }, handOver));
    const ended = following.ended.finally(() => connection.nc.close());
    // Whoever never asks gets no unhandled rejection: the subscription has ended, and says so when it is asked.
    ended.catch(() => undefined);
    return {
      get position() {
        return following.position;
      },
      ended,
      async stop() {
        following.stop();
        await ended;
      },
    };
  } catch (error) {
    await connection.nc.close();
    throw error;
  }
}
