import type { DomainEvent } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import type { EventStore, HistoryRange } from './event-store.ts';

export type HistorySource<Event extends DomainEvent> = {
  readonly view: { find(id: Id): { readonly version: number } };
  readonly store: Pick<EventStore<Event>, 'lastPositionOf' | 'read' | 'history' | 'historyOfAnyServer'>;
};

/** Like `HistoryRange`, but `upTo` may exceed the position of the last message; by default, it does. */
export type EntityHistoryRange = Partial<HistoryRange>;

/**
 * Reads the messages of an entity in order. They include every message in the range that the view has applied, also if the
 * stream leader is cut off from its peers and does not have it.
 *
 * @throws Problem `unavailable`
 */
export async function readEntityHistory<Event extends DomainEvent>(
  source: HistorySource<Event>,
  id: Id,
  { after = 0, upTo = Infinity, limit = Infinity }: EntityHistoryRange = {},
): Promise<StoredMessage<Event>[]> {
  const { view, store } = source;
  const { version } = view.find(id);
  const messages = await store.historyOfAnyServer(id, { after, upTo, limit });
  if (messages !== undefined) {
    const last = messages.at(-1)?.position ?? after;
    // A server that has a message has all earlier ones.
    const isComplete = messages.length >= limit || last >= Math.min(version, upTo);
    if (isComplete) return messages.filter(({ position }) => position <= upTo);
  }
  return store.history(id, { after, upTo: Math.min(upTo, await findEnd(source, id)), limit });
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
