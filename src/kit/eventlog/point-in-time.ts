/** Point-in-time reads: entities as of a position or a time. */

import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { EventStore } from './event-store.ts';
import { foldHistory } from '../domain/fold.ts';
import { Problem } from '../domain/problem.ts';
import type { Entity } from '../domain/entity.ts';

/** A position, or a time in ms since the epoch. */
export type Moment = { readonly position: number } | { readonly time: number };

/**
 * Converts a moment to a position. For a time, this is the position of the last message stored at or before it.
 *
 * @param now current time, in ms since the epoch.
 * @throws Problem `malformed` for a moment in the future, `unavailable`.
 */
export async function locateMoment<Event extends DomainEvent>(
  store: EventStore<Event>,
  moment: Moment,
  now: number,
): Promise<number> {
  if ('time' in moment) {
    if (moment.time > now) throw new Problem('malformed', 'asOf is a time in the future.');
    return store.positionAt(moment.time);
  }
  const last = await store.lastPosition();
  if (moment.position <= last) return moment.position;
  throw new Problem('malformed', `asOf is position ${moment.position}, but the stream ends at ${last}.`);
}

/**
 * Converts a moment to a time, in ms since the epoch. For a position, this is the time at which its message was stored.
 *
 * @param position the result of `locateMoment`.
 * @throws Problem `unavailable`.
 */
export async function timeOf<Event extends DomainEvent>(
  store: EventStore<Event>,
  moment: Moment,
  position: number,
): Promise<number> {
  if ('time' in moment) return moment.time;
  // If the message was deleted, the next one has the closest time.
  const upTo = await store.lastPosition();
  const [message] = await store.readAll({ after: position - 1, upTo, limit: 1 });
  return message?.time ?? 0;
}

/** Returns the entity as of `position`, folded from its history. Throws `unavailable`. */
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
