/** Entities as they were: at a position, or at a time. */

import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { EventStore } from './event-store.ts';
import { foldHistory } from '../domain/fold.ts';
import { Problem } from '../domain/problem.ts';
import type { Entity } from '../domain/entity.ts';

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

/**
 * The time that a moment means, in milliseconds since 1970: of a position, when the message there was stored.
 *
 * @param position what `locateMoment` made of it
 * @throws Problem `unavailable`
 */
export async function timeOf<Event extends DomainEvent>(
  store: EventStore<Event>,
  moment: Moment,
  position: number,
): Promise<number> {
  if ('time' in moment) return moment.time;
  // Where the message itself is gone, the next one that is there comes closest.
  const upTo = await store.lastPosition();
  const [message] = await store.readAll({ after: position - 1, upTo, limit: 1 });
  return message?.time ?? 0;
}

/** The entity as it was when `position` had been applied, folded from its history. @throws Problem `unavailable` */
export async function findAsOf<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  store: EventStore<Event>,
  id: number,
  position: number,
): Promise<Entity<State>> {
  const last = await store.lastPositionOf(id);
  const history = await store.history(id, { upTo: Math.min(position, last) });
  return { id, state: foldHistory(fold, history), version: history.at(-1)?.position ?? 0 };
}
