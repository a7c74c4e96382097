import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import { createCodec } from '../nats/stream/codec.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { eventSubjects } from '../nats/stream/subjects.ts';
import { followDurably } from './durable.ts';
import { createEventDispatcher } from './event-dispatcher.ts';
import type { SubscribedService, SubscribeOptions, Subscription } from './options.ts';
import { followInOrder } from './ordered.ts';

/**
 * Subscribes to a service's events directly on its stream. Events are upcast and validated. The
 * subscription recovers from connection losses.
 *
 * @throws if no server responds or the service's stream does not exist
 */
export async function subscribe<Event extends DomainEvent, Key extends Id = number>(
  { name, stream, events, id }: SubscribedService<Event, Key>,
  options: SubscribeOptions<Event, Key>,
): Promise<Subscription> {
  const { natsUrl, access, from = 'now', durable } = options;
  const connection = await connectToNats({ ...access, url: natsUrl, name: `${name} subscriber` });
  try {
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    const subjects = eventSubjects(name, id);
    await jsm.streams.info(stream);
    const dispatcher = createEventDispatcher(createCodec(events, subjects), options);
    const source = { connection, jsm, stream, subject: subjects.all, from };
    const loop = await (durable === undefined
      ? followInOrder(source, dispatcher)
      : followDurably({ ...source, durable }, dispatcher));
    const ended = loop.ended.finally(() => connection.nc.close());
    // Prevents an unhandled rejection if the caller never awaits `ended`.
    ended.catch(() => undefined);
    return {
      get position() {
        return loop.position;
      },
      ended,
      async stop() {
        loop.stop();
        await ended;
      },
    };
  } catch (error) {
    await connection.nc.close();
    throw error;
  }
}
