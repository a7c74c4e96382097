import type { JetStreamManager, MsgRequest } from '@nats-io/jetstream';
import type { DomainEvent, Fold } from '../../../src/kit/domain/decider.ts';
import type { EventStore } from '../../../src/kit/eventlog/event-store.ts';
import type { StoredMessage } from '../../../src/kit/domain/stored-message.ts';
import { foldHistory } from '../../../src/kit/domain/fold.ts';
import { Problem } from '../../../src/kit/domain/problem.ts';
import type { Entity } from '../../../src/kit/domain/entity.ts';
import type { Codec } from '../../../src/kit/nats/stream/codec.ts';
import { storedOf } from '../../../src/kit/nats/stream/stream-identity.ts';
import type { Subjects } from '../../../src/kit/nats/stream/subjects.ts';

export type EntityReaderOptions<State, Event extends DomainEvent> = {
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly subjects: Subjects;
  readonly codec: Codec<Event>;
  readonly store: Pick<EventStore<Event>, 'lastPositionOf' | 'history'>;
  readonly fold: Fold<State, Event>;
};

/**
 * Up to this many messages are read one by one. This is five times faster than the event store's `history`, which creates
 * a consumer and is faster only for a long history.
 */
const shortHistory = 16;

/** Returns a function that reads an entity from the stream's leader. It throws `unavailable` if the broker does not respond. */
export function createEntityReader<State, Event extends DomainEvent>({
  jsm,
  stream,
  subjects,
  codec,
  store,
  fold,
}: EntityReaderOptions<State, Event>): (id: number) => Promise<Entity<State>> {
  /** Returns the first message on the entity's subject after a position, or undefined. */
  async function nextMessage(id: number, after: number): Promise<StoredMessage<Event> | undefined> {
    // "Next by subject" (NATS ADR-31) is missing from the client's types.
    const query = { seq: after + 1, next_by_subj: subjects.of(id) } as MsgRequest;
    const stored = await jsm.streams.getMessage(stream, query).catch((cause: unknown) => {
      throw new Problem('unavailable', 'The broker does not respond.', { cause });
    });
    if (stored === null) return undefined;
    const { subject, data, header } = stored;
    return codec.decode({ subject, data, headers: header }, storedOf(stored));
  }

  return async (id) => {
    const messages: StoredMessage<Event>[] = [];
    let version = 0;
    while (messages.length < shortHistory) {
      const message = await nextMessage(id, version);
      if (message === undefined) return { id, version, state: foldHistory(fold, messages) };
      messages.push(message);
      version = message.position;
    }
    const upTo = await store.lastPositionOf(id);
    return { id, version: upTo, state: foldHistory(fold, await store.history(id, { upTo })) };
  };
}
