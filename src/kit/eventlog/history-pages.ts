/** Pages of an entity's history, oldest or newest message first. */

import QuickLRU from 'quick-lru';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { Entity } from '../domain/entity.ts';
import type { Id } from '../domain/entity-id.ts';
import { foldMessage, type HistoryEntry } from '../domain/fold.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import { readEntityHistory, type HistorySource } from './entity-history.ts';
import { checkpointInterval } from './view/checkpoints.ts';
import type { View } from './view/view.ts';

export type HistoryOrder = 'asc' | 'desc';

export type HistoryPageRequest = {
  /** `desc`: newest message first. */
  readonly order: HistoryOrder;
  /** Only messages after this position. */
  readonly after: number;
  /** Only messages before this position. The view has to have applied them. Default: all, also those that it has not applied. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** Whether the page contains the messages that the fold rejected. */
  readonly withRejected: boolean;
};

export type HistoryPage<Event extends DomainEvent> = {
  readonly entries: readonly HistoryEntry<Event>[];
  /** The position after which the next page begins, or before which with `desc`; undefined if there is none. */
  readonly next: number | undefined;
};

/** Reads a page; undefined if the entity has no messages. Throws a Problem `unavailable`. */
export type ReadHistoryPage<Event extends DomainEvent> = (
  id: Id,
  request: HistoryPageRequest,
) => Promise<HistoryPage<Event> | undefined>;

/** Capacity of the cache of page ends: at least this many pages, at most twice as many. */
const cachedEnds = 500;

/**
 * Whether a message is valid depends on all previous ones. Therefore a page is folded from the end of the page before it, if this
 * process has read that, and otherwise from the last checkpoint before it. Pages that are read in order cost no more than the
 * history. Another page also costs the messages between the checkpoint and its beginning.
 */
export function createHistoryPages<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  source: HistorySource<Event> & { readonly view: Pick<View<State, Event>, 'lastCheckpoint'> },
): ReadHistoryPage<Event> {
  const { view } = source;
  const ends = new QuickLRU<string, Entity<State>>({ maxSize: cachedEnds });
  const keyOf = (id: Id, position: number) => `${position} ${id}`;

  /** Reads one message more than the page holds, to detect a next page. */
  async function readOldestFirst(id: Id, request: HistoryPageRequest) {
    const { after, before = Infinity, limit } = request;
    const found: HistoryEntry<Event>[] = [];
    let entity = ends.get(keyOf(id, after)) ?? view.lastCheckpoint(id, after);
    for (;;) {
      const count = entity.version < after ? checkpointInterval : limit + 1 - found.length;
      const range = { after: entity.version, upTo: before - 1, limit: count };
      const messages = await readEntityHistory(source, id, range);
      for (const folded of foldEntries(fold, entity, messages)) {
        ({ entity } = folded);
        if (!isIncluded(folded.entry, request)) continue;
        found.push(folded.entry);
        if (found.length === limit) ends.set(keyOf(id, entity.version), entity);
        else if (found.length > limit) return found;
      }
      if (messages.length < count) return found;
    }
  }

  /** Reads forward from the last checkpoint, then from the one before it, until the page is full and there is a next page. */
  async function readNewestFirst(id: Id, request: HistoryPageRequest) {
    const { after, before = Infinity, limit } = request;
    let found: HistoryEntry<Event>[] = [];
    let upTo = before - 1;
    while (upTo > after && found.length <= limit) {
      const start = view.lastCheckpoint(id, upTo - 1);
      const messages = await readEntityHistory(source, id, { after: start.version, upTo });
      const entries = Array.from(foldEntries(fold, start, messages), ({ entry }) => entry);
      found = [...found, ...entries.filter((entry) => isIncluded(entry, request)).toReversed()];
      upTo = start.version;
    }
    return found;
  }

  return async (id, request) => {
    const { order, limit } = request;
    const found = await (order === 'asc' ? readOldestFirst(id, request) : readNewestFirst(id, request));
    if (found.length === 0 && view.find(id).version === 0) return undefined;
    const entries = found.slice(0, limit);
    return { entries, next: found.length > limit ? entries.at(-1)?.message.position : undefined };
  };
}

function isIncluded<Event extends DomainEvent>(
  { message, rejection }: HistoryEntry<Event>,
  { after, withRejected }: HistoryPageRequest,
): boolean {
  return message.position > after && (withRejected || rejection === undefined);
}

/** Yields the messages, which follow `start`, each with the entity after it. */
function* foldEntries<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  { id, state }: Entity<State>,
  messages: readonly StoredMessage<Event>[],
): Generator<{ readonly entry: HistoryEntry<Event>; readonly entity: Entity<State> }, void> {
  for (const message of messages) {
    const next = foldMessage(fold, state, message);
    const rejection = next instanceof Rejection ? next : undefined;
    if (!(next instanceof Rejection)) state = next;
    yield { entry: { message, rejection }, entity: { id, state, version: message.position } };
  }
}
