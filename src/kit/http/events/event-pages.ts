/**
 * Reads pages of the event log for clients that are behind the ring buffer. After a restart all clients reconnect at once,
 * most of them at the same position. Concurrent reads of the same page are therefore shared, and the number of concurrent
 * reads is limited.
 */

import type { DomainEvent } from '../../domain/decider.ts';
import type { EventStore } from '../../eventlog/event-store.ts';
import { createKeyedQueue } from '../../eventlog/keyed-queue.ts';
import type { View } from '../../eventlog/view/view.ts';
import { toFeedItem, type FeedItem } from './feed-item.ts';

export type EventPage = {
  readonly items: readonly FeedItem[];
  /** The page contains every message up to this position. */
  readonly end: number;
};

export type EventPages = {
  /** Reads the page of messages after `after`, up to `upTo`. Throws `unavailable`. */
  read(after: number, upTo: number): Promise<EventPage>;
};

/** Limits of a page. It ends with the message that reaches the byte limit. */
const maxPageItems = 500;
const maxPageBytes = 128 * 1024;
/** Maximum number of concurrent page reads. */
const maxConcurrentReads = 4;

export function createEventPages<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
): EventPages {
  const queue = createKeyedQueue();
  /** Page reads in progress, by their `after`. */
  const pendingPages = new Map<number, Promise<EventPage>>();

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
    const isComplete = items.length === messages.length && messages.length < maxPageItems;
    return { items, end: isComplete ? upTo : (items.at(-1)?.position ?? upTo) };
  }

  return {
    read(after, upTo) {
      const pending = pendingPages.get(after);
      if (pending !== undefined) return pending;
      const page = queue
        .run(after % maxConcurrentReads, () => readPage(after, upTo))
        .finally(() => pendingPages.delete(after));
      pendingPages.set(after, page);
      return page;
    },
  };
}
