/** Reads the events of all entities page by page, for clients that poll instead of staying connected. */

import { Rejection, type DomainEvent } from '../../domain/decider.ts';
import { toLiveEvent, type LiveEvent } from '../../api/responses/documents.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import type { View } from '../../eventlog/view/view.ts';
import { matchesFilter, type FeedFilter } from './feed-item.ts';

export type FeedPage<Event extends DomainEvent> = {
  readonly events: readonly LiveEvent<Event>[];
  /** The position that the next page starts after; undefined if this page reaches the view's position. */
  readonly next: number | undefined;
};

/**
 * Reads at most `limit` messages, matching or not, so that a filter cannot cause a read of the whole event log.
 *
 * @throws Problem `unavailable`
 */
export async function readFeedPage<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  { after, limit, filter }: { readonly after: number; readonly limit: number; readonly filter: FeedFilter },
): Promise<FeedPage<Event>> {
  // Messages that the view has not applied yet may still be rejected.
  const upTo = view.position;
  const messages = await store.readAll({ after, upTo, limit });
  const events = messages.flatMap((message) => {
    const { position, id = 0, content } = message;
    if (content instanceof Rejection || view.isRejected(position)) return [];
    return matchesFilter(filter, { id, type: content.type }) ? [toLiveEvent(message, content)] : [];
  });
  const last = messages.at(-1)?.position ?? upTo;
  return { events, next: messages.length === limit && last < upTo ? last : undefined };
}
