/** Entities as they were: at a position, or at a time. */

import type { Decider, DomainEvent } from './decider.ts';
import type { EventStore } from './event-store.ts';
import { foldHistory } from './fold.ts';
import { Problem } from './problem.ts';
import type { Entity } from './view.ts';

/** The moment that is asked for: a position, or milliseconds since 1970. */
export type Moment = { readonly position: number } | { readonly time: number };

/**
 * The position that a moment means: of a time, that of the last message stored by then.
 *
 * @param now milliseconds since 1970
 * @throws Problem `malformed` for a moment that has not come yet, `unavailable`.
 */
export async function locateMoment<Event extends DomainEvent>(
  store: EventStore<Event>,
  moment: Moment,
  now: number,
): Promise<number> {
  if ('time' in moment) {
    if (moment.time > now) throw new Problem('malformed', 'asOf names a time that has not come yet.');
    return store.positionAt(moment.time);
  }
  const last = await store.lastPosition();
  if (moment.position <= last) return moment.position;
  throw new Problem('malformed', `asOf names position ${moment.position}, but the log ends at ${last}.`);
}

/** The entity as it was when `position` had been applied, folded from its history. @throws Problem `unavailable` */
export async function findAsOf<State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  store: EventStore<Event>,
  id: number,
  position: number,
): Promise<Entity<State>> {
  const last = await store.lastPositionOf(id);
  const history = await store.history(id, { upTo: Math.min(position, last) });
  return { id, state: foldHistory(decider, history), version: history.at(-1)?.position ?? 0 };
}
