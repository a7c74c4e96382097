/** What a stored message makes of an entity. It depends on the stream alone, so every reader comes to the same state. */

import { Rejection, type Decider, type DomainEvent } from './decider.ts';
import type { StoredMessage } from './event-store.ts';

/** The next state, or why the message is refused: it is no event, or does not follow from the state. */
export function foldMessage<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  state: State,
  { content }: StoredMessage<Event>,
): State | Rejection {
  return content instanceof Rejection ? content : decider.evolve(state, content);
}

/** The state after an entity's messages, from its first one on; refused ones are skipped. */
export function foldHistory<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  history: readonly StoredMessage<Event>[],
): State {
  return history.reduce<State>((state, message) => {
    const next = foldMessage(decider, state, message);
    return next instanceof Rejection ? state : next;
  }, decider.initial);
}
