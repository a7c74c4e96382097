/** Follows a service's events in the log itself, over NATS: upcast, validated, from wherever one likes. */

import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../domain/decider.ts';
import { createCodec } from '../nats/stream/codec.ts';
import { connectToNats } from '../nats/connection/connection.ts';
import { eventSubjects } from '../nats/stream/subjects.ts';
import { followDurably } from './durable.ts';
import { createHandOver } from './hand-over.ts';
import type { SubscribedService, SubscribeOptions, Subscription } from './options.ts';
import { followInOrder } from './ordered.ts';

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
