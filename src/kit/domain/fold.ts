/** What a stored message makes of an entity. It depends on the stream alone, so every reader comes to the same state. */

import { Rejection, type Fold, type DomainEvent } from './decider.ts';
import type { StoredMessage } from './stored-message.ts';

/** The next state, or why the message is refused: it is no event, or does not follow from the state. */
export function foldMessage<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  { content }: StoredMessage<Event>,
): State | Rejection {
  return content instanceof Rejection ? content : fold.evolve(state, content);
}

/** The state after an entity's messages, from its first one on; refused ones are skipped. */
export function foldHistory<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  history: readonly StoredMessage<Event>[],
): State {
  let state = fold.initial;
  for (const message of history) {
    const next = foldMessage(fold, state, message);
    if (!(next instanceof Rejection)) state = next;
  }
  return state;
}

/** A message of an entity's history, and why the fold refused it if it did. */
export type HistoryEntry<Event extends DomainEvent> = {
  readonly message: StoredMessage<Event>;
  readonly rejection: Rejection | undefined;
};

/** Which messages of a history, given from its first one on, the fold took and which it refused. */
export function annotateHistory<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  history: readonly StoredMessage<Event>[],
): HistoryEntry<Event>[] {
  let state = fold.initial;
  return history.map((message) => {
    const next = foldMessage(fold, state, message);
    if (next instanceof Rejection) return { message, rejection: next };
    state = next;
    return { message, rejection: undefined };
  });
}
