/** Point-in-time reads: entities as of a position or a time. */

import type { DomainEvent, Fold } from '../domain/decider.ts';
import type { Id } from '../domain/entity-id.ts';
import type { EventStore } from './event-store.ts';
import { foldHistory } from '../domain/fold.ts';
import { Problem } from '../domain/problem.ts';
import type { Entity } from '../domain/entity.ts';
import { readEntityHistory, type HistorySource } from './entity-history.ts';
import type { View } from './view/view.ts';

/** A stream with its view in this replica. */
export type PointInTimeSource<State, Event extends DomainEvent> = HistorySource<Event> & {
  readonly fold: Fold<State, Event>;
  readonly view: Pick<View<State, Event>, 'find' | 'lastCheckpoint' | 'reached'>;
};

/** A position, or a time in ms since the epoch. */
export type Moment = { readonly position: number } | { readonly time: number };

/**
 * Converts a moment to a position. For a time, this is the position of the last message stored at or before it.
 *
 * @throws Problem `malformed` for a moment in the future, by the broker's clock; `unavailable`.
 */
export async function locateMoment<Event extends DomainEvent>(
  store: EventStore<Event>,
  moment: Moment,
): Promise<number> {
  if ('time' in moment) {
    const now = await passMillisecond(store, moment.time);
    if (now < moment.time) {
      const latest = new Date(now).toISOString();
      throw new Problem(
        'malformed',
        `asOf is a time in the future. The clock of the event log is at ${latest}.`,
      );
    }
    return store.positionAt(moment.time);
  }
  const last = await store.lastPosition();
  if (moment.position <= last) return moment.position;
  throw new Problem('malformed', `asOf is position ${moment.position}, but the stream ends at ${last}.`);
}

/**
 * Returns the last position stored at or before `time`, a time that the broker of another stream has reached. Messages
 * stored later do not change the result. Throws `unavailable`.
 */
export async function settledPositionAt<Event extends DomainEvent>(
  store: EventStore<Event>,
  time: number,
): Promise<number> {
  await passMillisecond(store, time);
  return store.positionAt(time);
}

/** Returns the broker's time. If it is `time`, waits for the next millisecond: further messages may get the same time. */
async function passMillisecond<Event extends DomainEvent>(
  store: EventStore<Event>,
  time: number,
): Promise<number> {
  for (;;) {
    const now = await store.currentTime();
    if (now !== time) return now;
  }
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

/** Timeout for the view to reach a position that exists in the stream, in ms. */
const catchUpTimeoutMs = 5_000;

/**
 * Returns the entity as of `position`, folded from its history after the last checkpoint. The view has to reach the position, because only then is it
 * known which message of the entity is the last one before it. Throws `unavailable`.
 */
export async function findAsOf<State, Event extends DomainEvent>(
  { fold, view, store }: PointInTimeSource<State, Event>,
  id: Id,
  position: number,
): Promise<Entity<State>> {
  if (!(await view.reached(position, catchUpTimeoutMs))) {
    throw new Problem(
      'unavailable',
      `This replica did not reach position ${position} within ${catchUpTimeoutMs / 1000} s.`,
    );
  }
  const start = view.lastCheckpoint(id, position);
  const history = await readEntityHistory({ view, store }, id, { after: start.version, upTo: position });
  const version = history.at(-1)?.position ?? start.version;
  return { id, state: foldHistory(fold, history, start.state), version };
}
