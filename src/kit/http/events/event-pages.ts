/**
 * Reads the log for clients of the live events that were gone for longer. Many come back at once, after a restart all of
 * them, and most from the same position: a page that is on its way is shared, and only a few are read at a time.
 */

import type { DomainEvent } from '../../domain/decider.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import { createKeyedQueue } from '../../eventlog/keyed-queue.ts';
import type { View } from '../../eventlog/view.ts';
import { toFeedItem, type FeedItem } from './feed-item.ts';

export type EventPage = {
  readonly items: readonly FeedItem[];
  /** No message up to this position is missing in the page. */
  readonly end: number;
};

export type EventPages = {
  /** What comes after `after`, up to `upTo` at most. Throws `unavailable`. */
  read(after: number, upTo: number): Promise<EventPage>;
  /** The positions of the first and the last message that the stream holds, 0 when it is empty. Throws `unavailable`. */
  readBounds(): Promise<{ readonly first: number; readonly last: number }>;
};

/** How many messages, and how many bytes of them, a page holds at most. */
const maxPageItems = 500;
const maxPageBytes = 128 * 1024;
/** How many pages are read at a time. */
const lanes = 4;

export function createEventPages<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
): EventPages {
  const queue = createKeyedQueue();
  const pages = new Map<number, Promise<EventPage>>();
  let bounds: Promise<{ first: number; last: number }> | undefined;

  async function readPage(after: number, upTo: number): Promise<EventPage> {
    const messages = await store.readAll({ after, upTo, limit: maxPageItems });
    const items: FeedItem[] = [];
    let bytes = 0;
    for (const message of messages) {
      if (bytes >= maxPageBytes) break;
      const item = toFeedItem(message, view.isRejected(message.position));
      items.push(item);
      bytes += item.bytes?.length ?? 0;
    }
    const isWhole = items.length === messages.length && messages.length < maxPageItems;
    return { items, end: isWhole ? upTo : (items.at(-1)?.position ?? upTo) };
  }

  return {
    read(after, upTo) {
      const underway = pages.get(after);
      if (underway !== undefined) return underway;
      const page = queue.run(after % lanes, () => readPage(after, upTo)).finally(() => pages.delete(after));
      pages.set(after, page);
      return page;
    },

    readBounds() {
      bounds ??= Promise.all([store.firstPosition(), store.lastPosition()])
        .then(([first, last]) => ({ first, last }))
        .finally(() => (bounds = undefined));
      return bounds;
    },
  };
}
