/** Folds stored messages. The result depends only on the stream, so every reader computes the same state. */

import { Rejection, type Fold, type DomainEvent } from './decider.ts';
import { freeze } from './frozen.ts';
import type { StoredMessage } from './stored-message.ts';

/** Content of a message whose event type a follower has not asked for. */
export const skippedEvent: DomainEvent = { type: 'skipped' };

/** Returns the next state, or a `Rejection` if the message is not an event or contradicts the state. */
export function foldMessage<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  { content }: StoredMessage<Event>,
): State | Rejection {
  if (content === skippedEvent) return state;
  return content instanceof Rejection ? content : foldEvent(fold, state, content);
}

/**
 * Returns the next state, which is frozen, or a `Rejection` if the event contradicts the state or `evolve` throws. As `state` is
 * frozen too, every reader of the stream rejects the same events of an `evolve` that modifies it.
 */
export function foldEvent<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  event: Event,
): State | Rejection {
  try {
    const next = fold.evolve(state, event);
    return next === fold.initial || next instanceof Rejection ? next : freeze(next, state);
  } catch (cause) {
    // Without the message of the error, which differs between versions of Node.js: all replicas report the same reason.
    return new Rejection(`evolve threw an error on ${event.type}`, { cause });
  }
}

/** Returns the state after these messages of an entity, which follow `state`. Rejected messages are skipped. */
export function foldHistory<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  history: readonly StoredMessage<Event>[],
  state = fold.initial,
): State {
  for (const message of history) {
    const next = foldMessage(fold, state, message);
    if (!(next instanceof Rejection)) state = next;
  }
  return state;
}

/** A message of an entity's history, with the reason if the fold rejected it. */
export type HistoryEntry<Event extends DomainEvent> = {
  readonly message: StoredMessage<Event>;
  readonly rejection: Rejection | undefined;
};
