import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import type { EventStore } from './event-store.ts';

export type HistorySource<Event extends DomainEvent> = {
  readonly view: { find(id: Id): { readonly version: number } };
  readonly store: Pick<EventStore<Event>, 'lastPositionOf' | 'read' | 'history' | 'historyOfAnyServer'>;
};

/**
 * Reads the messages of an entity in order, up to and including `upTo`; by default, all of them. They include every message
 * that the view has applied, also if the stream leader is cut off from its peers and does not have it.
 *
 * @throws Problem `unavailable`
 */
export async function readEntityHistory<Event extends DomainEvent>(
  source: HistorySource<Event>,
  id: Id,
  upTo = Infinity,
): Promise<StoredMessage<Event>[]> {
  const { view, store } = source;
  const { version } = view.find(id);
  const messages = await store.historyOfAnyServer(id, upTo);
  // A server that has a message has all earlier ones.
  if (messages !== undefined && (messages.at(-1)?.position ?? 0) >= Math.min(version, upTo)) {
    return messages.filter(({ position }) => position <= upTo);
  }
  return store.history(id, { upTo: Math.min(upTo, await findEnd(source, id)) });
}

/** Returns the position of the entity's last message; 0 if it has none. */
async function findEnd<Event extends DomainEvent>(
  { view, store }: HistorySource<Event>,
  id: Id,
): Promise<number> {
  const { version } = view.find(id);
  const last = await store.lastPositionOf(id);
  // Older than the view: the leader is not up to date, or the message was deleted from the stream.
  return last < version && (await store.read(version)) !== undefined ? version : last;
}
