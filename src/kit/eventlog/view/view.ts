/** In-memory projection of a stream, for reads and decisions. */

import { Rejection, type DomainEvent, type Fold } from '../../domain/decider.ts';
import type { Entity } from '../../domain/entity.ts';
import { keyAfter, type Id } from '../../domain/entity-id.ts';
import type { NamedIndexes } from '../../domain/service/index-definition.ts';
import type { MessageIdentity, StoredMessage } from '../../domain/stored-message.ts';
import { foldMessage } from '../../domain/fold.ts';
import { createEntries, findIndex, type Entries, type Entry } from './entries.ts';
import { createCheckpoints, type CheckpointsImage } from './checkpoints.ts';
import { createMessageIds, type MessageIdsImage } from './message-ids.ts';
import { createPositionClock } from './position-clock.ts';
import { createIndexes, type Sort, type Where } from './indexes.ts';
import { createTimeline, type TimelineImage } from './timeline.ts';

/** A stored message that the fold rejected. */
export type RejectedMessage = {
  readonly position: number;
  /** In ms since the epoch. */
  readonly time: number;
  readonly subject: string;
  readonly reason: string;
};

export type ListOptions = {
  /** Only ids greater than this one; undefined: all. Ignored with `sort`. */
  readonly after?: Id | undefined;
  /** At most this many entities. */
  readonly limit: number;
  /** Only entities with these keys, by index. */
  readonly where?: Where;
  readonly sort?: Sort | undefined;
};

export type ViewListener<Event extends DomainEvent> = (
  message: StoredMessage<Event>,
  rejection: Rejection | undefined,
) => void;

export type View<State, Event extends DomainEvent> = {
  /** Last applied position; 0 before the first message. */
  readonly position: number;
  /** The last applied message; undefined before the first one. */
  readonly lastMessage: MessageIdentity | undefined;
  /** Number of entities with at least one message, including removed entities. */
  readonly size: number;
  /** Number of rejected messages up to `position`. */
  readonly rejectedCount: number;
  /** Folds the next message. A message at or before `position` is ignored. */
  apply(message: StoredMessage<Event>): void;
  /** Advances to `position` without a message. Deleted messages leave gaps in the stream. */
  skipTo(position: number): void;
  /** Resolves with true when `position` has been applied, or with false after the timeout. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
  /** Returns the entity, with the initial state if it has no events. Its version includes rejected messages. */
  find(id: Id): Entity<State>;
  /**
   * Returns the entity as of a position at or before `position`, or before its first message. Between the two positions, it has
   * a bounded number of messages (`checkpoints.ts`).
   */
  lastCheckpoint(id: Id, position: number): Entity<State>;
  /**
   * Lists existing entities by ascending id, or sorted. The first list that uses an index starts to build it in the background.
   * Until it is complete, lists examine all entities.
   */
  list(options: ListOptions): Entity<State>[];
  /** Returns true if the message at `position` was rejected. */
  isRejected(position: number): boolean;
  /** Calls `listener` for every message that is applied later. Returns a function that unsubscribes. */
  subscribe(listener: ViewListener<Event>): () => void;
  /** Returns a copy of the latest rejected messages, oldest first, at most `maxRejections`. */
  rejections(): readonly RejectedMessage[];
  /** Returns a copy of the counts of messages over time. */
  timeline(): TimelineImage;
  /** Returns the position of the message with this id; undefined if it is unknown or no longer cached. */
  positionOf(messageId: string): number | undefined;
  /** Returns an immutable image of the view. Takes a few milliseconds, regardless of the number of entities. */
  capture(): ViewImage<State>;
};

/** Maximum number of rejected messages that are retained with their reasons. Older ones are only counted. */
export const maxRejections = 1000;

/** Contents of a view at a position, as stored in a snapshot. */
export type ViewImage<State> = {
  readonly position: number;
  /** The last applied message; undefined before the first one. */
  readonly lastMessage: MessageIdentity | undefined;
  readonly entries: Entries<State>;
  readonly messageIds: MessageIdsImage;
  readonly rejected: readonly RejectedMessage[];
  /** Positions of all rejected messages, ascending. */
  readonly rejectedPositions: readonly number[];
  readonly timeline: TimelineImage;
  readonly checkpoints: CheckpointsImage<State>;
};

export type ViewOptions<State> = {
  /** Initial contents. By default, the view is empty and at position 0. */
  readonly image?: ViewImage<State> | undefined;
  /** The indexes that `list` can use. */
  readonly indexes?: NamedIndexes | undefined;
  /** Called when the function of an index throws. The entity then has no keys in this index. */
  onIndexError?(name: string, id: Id, error: unknown): void;
};

export function createView<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  { image, indexes = {}, onIndexError }: ViewOptions<State> = {},
): View<State, Event> {
  const entries = image?.entries.clone() ?? createEntries<State>();
  const clock = createPositionClock(image?.position);
  const messageIds = createMessageIds(image?.messageIds);
  const rejected = [...(image?.rejected ?? [])];
  const unknown: Entry<State> = { state: fold.initial, version: 0 };
  const rejectedPositions = [...(image?.rejectedPositions ?? [])];
  const timeline = createTimeline(image?.timeline);
  const checkpoints = createCheckpoints(image?.checkpoints);
  const listeners = new Set<ViewListener<Event>>();
  function* existing(after: Id | undefined): Generator<readonly [id: Id, state: State], void> {
    for (const [id, { state }] of entries.entries(keyAfter(after)))
      if (state !== fold.initial) yield [id, state];
  }
  function* lookUp(ids: Iterable<Id>): Generator<readonly [id: Id, entry: Entry<State>], void> {
    for (const id of ids) yield [id, entries.get(id) ?? unknown];
  }
  const entityIndexes = createIndexes(indexes, existing, onIndexError);
  let lastMessage = image?.lastMessage;

  /** Returns undefined instead of the initial state. */
  function existingOnly(state: State) {
    return state === fold.initial ? undefined : { state };
  }

  function recordRejection({ position, time, subject }: StoredMessage<Event>, { reason }: Rejection) {
    rejectedPositions.push(position);
    rejected.push({ position, time, subject, reason });
    if (rejected.length > maxRejections) rejected.shift();
  }

  return {
    get position() {
      return clock.position;
    },

    get lastMessage() {
      return lastMessage;
    },

    get size() {
      return entries.size;
    },

    get rejectedCount() {
      return rejectedPositions.length;
    },

    apply(message) {
      const { position, id, messageId } = message;
      if (position <= clock.position) return;
      const { state } = (id === undefined ? undefined : entries.get(id)) ?? unknown;
      const next = foldMessage(fold, state, message);
      const rejection = next instanceof Rejection ? next : undefined;
      if (rejection !== undefined) recordRejection(message, rejection);
      timeline.record(message, rejection !== undefined);
      if (messageId !== undefined) messageIds.remember(messageId, position);
      if (id !== undefined) {
        const after = next instanceof Rejection ? state : next;
        const count = entries.set(id, { state: after, version: position });
        if (checkpoints.isDue(count)) checkpoints.add({ id, state: after, version: position });
        if (after !== state) entityIndexes.replace(id, existingOnly(state), existingOnly(after));
      }
      lastMessage = message;
      clock.advance(position);
      for (const listener of listeners) listener(message, rejection);
    },

    skipTo: clock.advance,
    reached: clock.reached,

    find(id) {
      const { state, version } = entries.get(id) ?? unknown;
      return { id, state, version };
    },

    lastCheckpoint: (id, position) => checkpoints.find(id, position) ?? { id, ...unknown },

    list({ after, limit, where = {}, sort }) {
      const found: Entity<State>[] = [];
      if (limit <= 0) return found;
      const { candidates, matches } = entityIndexes.select(where, sort, after);
      const selected = candidates === undefined ? entries.entries(keyAfter(after)) : lookUp(candidates);
      for (const [id, { state, version }] of selected) {
        if (state === fold.initial || !matches(state, id)) continue;
        found.push({ id, state, version });
        if (found.length >= limit) break;
      }
      return found;
    },

    isRejected(position) {
      const index = findIndex(rejectedPositions, position);
      return rejectedPositions[index] === position;
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    rejections: () => [...rejected],
    timeline: timeline.capture,
    positionOf: messageIds.positionOf,

    capture: () => ({
      position: clock.position,
      lastMessage: lastMessage && toIdentity(lastMessage),
      entries: entries.clone(),
      messageIds: messageIds.capture(),
      rejected: [...rejected],
      rejectedPositions: [...rejectedPositions],
      timeline: timeline.capture(),
      checkpoints: checkpoints.capture(),
    }),
  };
}

/** Returns the identity without the other properties of the message. */
function toIdentity({ position, time, nanoseconds, subject, messageId }: MessageIdentity): MessageIdentity {
  return { position, time, nanoseconds, subject, messageId };
}
