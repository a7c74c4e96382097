/** A page of the events of all entities: for clients that come back for more instead of staying connected. */

import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { toLiveEvent, type LiveEvent } from '../../api/documents.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import type { View } from '../../eventlog/view.ts';
import { passes, type FeedFilter } from './feed-item.ts';

export type FeedPage<Event extends DomainEvent> = {
  readonly events: readonly LiveEvent<Event>[];
  /** The position that the next page begins after; undefined when this one has all that the view has applied. */
  readonly next: number | undefined;
};

/**
 * Goes through `limit` messages at most, so that no filter makes it read the whole log.
 *
 * @throws Problem `unavailable`
 */
export async function readFeedPage<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  { after, limit, filter }: { readonly after: number; readonly limit: number; readonly filter: FeedFilter },
): Promise<FeedPage<Event>> {
  // What is not applied yet may still turn out to be refused.
  const upTo = view.position;
  const messages = await store.readAll({ after, upTo, limit });
  const events = messages.flatMap((message) => {
    const { position, id = 0, content } = message;
    if (content instanceof Rejection || view.isRejected(position)) return [];
    return passes(filter, { id, type: content.type }) ? [toLiveEvent(message, content)] : [];
  });
  const last = messages.at(-1)?.position ?? upTo;
  return { events, next: messages.length === limit && last < upTo ? last : undefined };
}
