/** Finds faults of a fold that would make replicas differ, before an event is stored. */

import { messageOf } from './error-message.ts';
import { Rejection, type DomainEvent, type Fold } from './decider.ts';
import type { Entity } from './entity.ts';
import { foldEvent } from './fold.ts';
import { frozenCopy } from './frozen.ts';
import { assertJson } from './json-state.ts';

/** Returns the entity with a frozen copy of its state. The initial state is compared by identity, so it is not copied. */
export function freezeEntity<State>(
  { initial }: { readonly initial: State },
  entity: Entity<State>,
): Entity<State> {
  return entity.state === initial ? entity : { ...entity, state: frozenCopy(entity.state) };
}

/**
 * Like `foldEvent`, but returns a frozen state, and a `Rejection` as well if `evolve` modifies the event or a frozen `state`,
 * depends on anything else (the time, a random number), or returns a state that is not JSON.
 *
 * @param pause called before `evolve` is called again with the same arguments.
 */
export function tryEvent<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  state: State,
  event: Event,
  pause: () => void = () => undefined,
): State | Rejection {
  const frozenEvent = frozenCopy(event);
  const next = foldEvent(fold, state, frozenEvent);
  if (next instanceof Rejection) return next;
  pause();
  const repeated = foldEvent(fold, state, frozenEvent);
  if (next === fold.initial && repeated === next) return next;
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
  return frozenCopy(next);
}
