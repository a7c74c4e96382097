/** Pages of an entity's history, oldest message first. */

import QuickLRU from 'quick-lru';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import { foldMessage, type HistoryEntry } from '../domain/fold.ts';
import { readEntityHistory, type HistorySource } from './entity-history.ts';

export type HistoryPageRequest = {
  /** Only messages after this position. */
  readonly after: number;
  readonly limit: number;
  /** Whether the page contains the messages that the fold rejected. */
  readonly withRejected: boolean;
};

export type HistoryPage<Event extends DomainEvent> = {
  readonly entries: readonly HistoryEntry<Event>[];
  /** The position after which the next page begins; undefined if there is none. */
  readonly next: number | undefined;
};

/** Reads a page; undefined if the entity has no messages. Throws a Problem `unavailable`. */
export type ReadHistoryPage<Event extends DomainEvent> = (
  id: Id,
  request: HistoryPageRequest,
) => Promise<HistoryPage<Event> | undefined>;

/** Where a page ends, with the state there, from which the next page is folded. */
type PageEnd<State> = { readonly position: number; readonly state: State };

/** Capacity of the cache of page ends: at least this many pages, at most twice as many. */
const cachedEnds = 500;
/** Messages that are read at once before the page begins. */
const skippedAtOnce = 1000;

/**
 * Whether a message is valid depends on all previous ones, so a page is folded from the beginning of the history, or from the end
 * of the page before it if that was read by this process. So pages that are read in order cost no more than the history, and a
 * page takes no more memory than its messages.
 */
export function createHistoryPages<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  source: HistorySource<Event>,
): ReadHistoryPage<Event> {
  const ends = new QuickLRU<string, PageEnd<State>>({ maxSize: cachedEnds });
  const keyOf = (id: Id, position: number) => `${position} ${id}`;

  return async (id, { after, limit, withRejected }) => {
    const start = ends.get(keyOf(id, after));
    let { position, state } = start ?? { position: 0, state: fold.initial };
    const found: HistoryEntry<Event>[] = [];
    let end: PageEnd<State> | undefined;
    for (;;) {
      // One message more than the page holds, to detect a next page.
      const count = position < after ? skippedAtOnce : limit + 1 - found.length;
      const messages = await readEntityHistory(source, id, { after: position, limit: count });
      for (const message of messages) {
        const next = foldMessage(fold, state, message);
        const rejection = next instanceof Rejection ? next : undefined;
        if (!(next instanceof Rejection)) state = next;
        ({ position } = message);
        if (position <= after || (rejection !== undefined && !withRejected)) continue;
        found.push({ message, rejection });
        if (found.length === limit) end = { position, state };
        else if (found.length > limit) break;
      }
      if (found.length > limit || messages.length < count) break;
    }
    if (position === 0) return undefined;
    const next = found.length > limit ? end : undefined;
    if (next !== undefined) ends.set(keyOf(id, next.position), next);
    return { entries: found.slice(0, limit), next: next?.position };
  };
}
