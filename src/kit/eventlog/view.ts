/** The in-memory result of folding a stream; it serves reads and decisions alike. */

import sortedBTree from 'sorted-btree';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { Entity } from '../domain/entity.ts';
import type { StoredMessage } from '../domain/stored-message.ts';
import { foldMessage } from '../domain/fold.ts';
import { createMessageIds, type MessageIdsImage } from './message-ids.ts';
import { createPositionClock } from './position-clock.ts';
import { createReferenceIndex } from './reference-index.ts';

/** A stored message that the fold refused. */
export type RejectedMessage = {
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly subject: string;
  readonly reason: string;
};

export type ListOptions<State> = {
  /** Only ids greater than this one; default 0. */
  readonly after?: number;
  /** At most this many entities. */
  readonly limit: number;
  readonly matches?: (state: State) => boolean;
};

export type ViewListener<Event extends DomainEvent> = (
  message: StoredMessage<Event>,
  rejection: Rejection | undefined,
) => void;

export type View<State, Event extends DomainEvent> = {
  /** The last position applied, 0 before the first. */
  readonly position: number;
  /** How many entities have had messages, those that are gone included. */
  readonly size: number;
  /** How many messages were refused since the stream began. */
  readonly rejectedCount: number;
  /** Folds the next message; one at or before `position` is ignored, so a repeat is harmless. */
  apply(message: StoredMessage<Event>): void;
  /** Notes that the stream holds no further message up to `position`: it has gaps where messages were deleted. */
  skipTo(position: number): void;
  /** Resolves true once `position` is applied, false after `timeoutMs` milliseconds without it. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
  /** The entity; one that has no events has the initial state. Its version counts rejected messages too. */
  find(id: number): Entity<State>;
  /** The entities that are there, in the order of their ids. */
  list(options: ListOptions<State>): Entity<State>[];
  /** The entities whose state refers to `target`, in the order of their ids; see {@link ViewOptions.referencesOf}. */
  listReferring(target: number, options: Omit<ListOptions<State>, 'matches'>): Entity<State>[];
  /** Whether the message at `position` was refused. */
  isRejected(position: number): boolean;
  /**
   * Calls `listener` for every message that is applied from now on, with the rejection if the fold rejected it. Returns a
   * function that unsubscribes.
   */
  subscribe(listener: ViewListener<Event>): () => void;
  /** The newest refused messages, oldest first; at most `maxRejections`. */
  rejections(): readonly RejectedMessage[];
  /** The position of the message that carried this id; undefined when it is unknown or too long ago. */
  positionOf(messageId: string): number | undefined;
  /** The view as it is now; later changes do not show in it. It takes a few milliseconds, however large the view is. */
  capture(): ViewImage<State>;
};

/** How many rejections are kept with their reasons; older ones are only counted. */
export const maxRejections = 1000;

export type Entry<State> = { readonly state: State; readonly version: number };

/** Entries by entity id, in the order of the ids. */
export type Entries<State> = sortedBTree.default<number, Entry<State>>;

export function createEntries<State>(): Entries<State> {
  return new sortedBTree.default(undefined, (a, b) => a - b);
}

/** All that a view holds at one position: what a snapshot stores. */
export type ViewImage<State> = {
  readonly position: number;
  /** When the message at `position` was stored, in milliseconds since 1970. */
  readonly time: number;
  readonly entries: Entries<State>;
  readonly messageIds: MessageIdsImage;
  readonly rejected: readonly RejectedMessage[];
  /** The positions of all refused messages, ascending. */
  readonly rejectedPositions: readonly number[];
};

export type ViewOptions<State> = {
  /** Where the view begins; empty at position 0 without it. */
  readonly image?: ViewImage<State> | undefined;
  /** The ids, of whatever kind, that a state refers to: they can then be asked the other way round. Default: none. */
  readonly referencesOf?: ((state: State) => readonly number[]) | undefined;
};

export function createView<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  { image, referencesOf }: ViewOptions<State> = {},
): View<State, Event> {
  const entries = image?.entries.clone() ?? createEntries<State>();
  const clock = createPositionClock(image?.position);
  const messageIds = createMessageIds(image?.messageIds);
  const rejected = [...(image?.rejected ?? [])];
  const unknown: Entry<State> = { state: fold.initial, version: 0 };
  const rejectedPositions = [...(image?.rejectedPositions ?? [])];
  const listeners = new Set<ViewListener<Event>>();
  const references = referencesOf && createReferenceIndex(referencesOf);
  if (references)
    for (const [id, { state }] of entries.entries()) references.replace(id, fold.initial, state);
  let lastTime = image?.time ?? 0;

  function keepRejection({ position, time, subject }: StoredMessage<Event>, { reason }: Rejection) {
    rejectedPositions.push(position);
    rejected.push({ position, time, subject, reason });
    if (rejected.length > maxRejections) rejected.shift();
  }

  return {
    get position() {
      return clock.position;
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
      if (rejection !== undefined) keepRejection(message, rejection);
      if (messageId !== undefined) messageIds.remember(messageId, position);
      if (id !== undefined) {
        entries.set(id, { state: next instanceof Rejection ? state : next, version: position });
        if (!(next instanceof Rejection)) references?.replace(id, state, next);
      }
      lastTime = message.time;
      clock.advance(position);
      for (const listener of listeners) listener(message, rejection);
    },

    skipTo: clock.advance,
    reached: clock.reached,

    find(id) {
      const { state, version } = entries.get(id) ?? unknown;
      return { id, state, version };
    },

    list({ after = 0, limit, matches = () => true }) {
      const found: Entity<State>[] = [];
      if (limit <= 0) return found;
      for (const [id, { state, version }] of entries.entries(after + 1)) {
        if (state === fold.initial || !matches(state)) continue;
        found.push({ id, state, version });
        if (found.length >= limit) break;
      }
      return found;
    },

    listReferring: (target, options) =>
      (references?.list(target, options) ?? []).map((id) => ({ id, ...(entries.get(id) ?? unknown) })),

    isRejected(position) {
      const index = findInsertionIndex(rejectedPositions, position);
      return rejectedPositions[index] === position;
    },

    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    rejections: () => rejected,
    positionOf: messageIds.positionOf,

    capture: () => ({
      position: clock.position,
      time: lastTime,
      entries: entries.clone(),
      messageIds: messageIds.capture(),
      rejected: [...rejected],
      rejectedPositions: [...rejectedPositions],
    }),
  };
}

/** Where `value` stands, or would stand, in an ascending array. */
function findInsertionIndex(ascending: readonly number[], value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
