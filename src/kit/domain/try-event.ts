/** Finds faults of a fold that would make replicas differ, before an event is stored. */

import { messageOf } from './error-message.ts';
import { Rejection, type DomainEvent, type Fold } from './decider.ts';
import { foldEvent } from './fold.ts';
import { freezeInPlace } from './frozen.ts';
import { assertJson } from './json-state.ts';

/**
 * Like `foldEvent`, but also returns a `Rejection` if `evolve` modifies the event, depends on anything else (the time, a random
 * number), or returns a state that is not JSON. The event is frozen in place.
 *
 * @param pause called before `evolve` is called again with the same arguments.
 */
export function tryEvent<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  event: Event,
  pause: () => void = () => undefined,
): State | Rejection {
  freezeInPlace(event);
  const next = foldEvent(fold, state, event);
  if (next instanceof Rejection) return next;
  pause();
  const repeated = foldEvent(fold, state, event);
  if (next === fold.initial && repeated === next) return next;
  // A snapshot stores the initial state as null.
  if (next === null)
    return new Rejection(`after ${event.type}, the state is null, which is not the initial state`);
  try {
    assertJson(next, 'the state');
  } catch (cause) {
    return new Rejection(`after ${event.type}, ${messageOf(cause)}`, {
      cause,
    });
  }
  if (JSON.stringify(next) !== JSON.stringify(repeated)) {
    return new Rejection(`evolve returned two different states for the same ${event.type}`);
  }
  return next;
}
