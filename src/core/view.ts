/** The in-memory result of folding a stream; it serves reads and decisions alike. */

import sortedBTree from 'sorted-btree';
import { Rejection, type Decider, type DomainEvent } from './decider.ts';
import type { StoredMessage } from './event-store.ts';
import { foldMessage } from './fold.ts';
import { createMessageIds } from './message-ids.ts';
import { createPositionClock } from './position-clock.ts';

/** An entity as the view has it: its state, and the position of the last message on its subject (0: none). */
export type Entity<State> = { readonly id: number; readonly state: State; readonly version: number };

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

export type View<State, Event extends DomainEvent> = {
  /** The last position applied, 0 before the first. */
  readonly position: number;
  /** How many messages were refused since the view began. */
  readonly rejectedCount: number;
  /** Folds the next message; one at or before `position` is ignored, so a repeat is harmless. */
  apply(message: StoredMessage<Event>): void;
  /** Resolves true once `position` is applied, false after `timeoutMs` milliseconds without it. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
  /** The entity; one that has no events has the initial state. Its version counts rejected messages too. */
  find(id: number): Entity<State>;
  /** The entities that are there, in the order of their ids. */
  list(options: ListOptions<State>): Entity<State>[];
  /** The newest refused messages, oldest first; at most `keptRejections`. */
  rejections(): readonly RejectedMessage[];
  /** The position of the message that carried this id; undefined when it is unknown or too long ago. */
  positionOf(messageId: string): number | undefined;
};

/** How many rejections are kept with their reasons; older ones are only counted. */
export const keptRejections = 1000;

type Entry<State> = { readonly state: State; readonly version: number };

export function createView<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
): View<State, Event> {
  const entries = new sortedBTree.default<number, Entry<State>>(undefined, (a, b) => a - b);
  const clock = createPositionClock();
  const messageIds = createMessageIds();
  const rejected: RejectedMessage[] = [];
  const unknown: Entry<State> = { state: decider.initial, version: 0 };
  let rejectedCount = 0;

  function keepRejection({ position, time, subject }: StoredMessage<Event>, { reason }: Rejection) {
    rejectedCount += 1;
    rejected.push({ position, time, subject, reason });
    if (rejected.length > keptRejections) rejected.shift();
  }

  return {
    get position() {
      return clock.position;
    },

    get rejectedCount() {
      return rejectedCount;
    },

    apply(message) {
      const { position, id, messageId } = message;
      if (position <= clock.position) return;
      const { state } = (id === undefined ? undefined : entries.get(id)) ?? unknown;
      const next = foldMessage(decider, state, message);
      if (next instanceof Rejection) keepRejection(message, next);
      if (messageId !== undefined) messageIds.remember(messageId, position);
      if (id !== undefined) {
        entries.set(id, { state: next instanceof Rejection ? state : next, version: position });
      }
      clock.advance(position);
    },

    reached: clock.reached,

    find(id) {
      const { state, version } = entries.get(id) ?? unknown;
      return { id, state, version };
    },

    list({ after = 0, limit, matches = () => true }) {
      const found: Entity<State>[] = [];
      if (limit <= 0) return found;
      for (const [id, { state, version }] of entries.entries(after + 1)) {
        if (state === decider.initial || !matches(state)) continue;
        found.push({ id, state, version });
        if (found.length >= limit) break;
      }
      return found;
    },

    rejections: () => rejected,
    positionOf: messageIds.positionOf,
  };
}
