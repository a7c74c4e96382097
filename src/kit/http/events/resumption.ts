/** Checks whether a client can continue at the position that it names. */

import { Problem } from '../../domain/problem.ts';
import type { EventStore, StreamBounds } from '../../eventlog/event-store.ts';
import type { DomainEvent } from '../../domain/decider.ts';
import type { View } from '../../eventlog/view/view.ts';
import type { SeenEvent } from '../protocol/seen-event.ts';

/**
 * Whether the stream may still hold the event. False if another message is at its position.
 *
 * @throws Problem `unavailable`
 */
export async function mayHold<Event extends DomainEvent>(
  store: Pick<EventStore<Event>, 'read'>,
  { position, time }: SeenEvent,
): Promise<boolean> {
  const held = position > 0 ? await store.read(position) : undefined;
  return held === undefined || held.time === time;
}

export type ResumptionOptions<State, Event extends DomainEvent> = {
  readonly view: Pick<View<State, Event>, 'position' | 'lastMessage'>;
  readonly store: Pick<EventStore<Event>, 'read' | 'bounds'>;
  /** The position to continue after. */
  readonly after: number;
  readonly seen: SeenEvent | undefined;
  /** Whether the events after `after` are known to be available. */
  readonly isBuffered: boolean;
};

/**
 * Returns the bounds of the stream if the client cannot continue: the stream ends before `after` or `seen`, has deleted events
 * after `after`, or has another message in place of `seen`.
 *
 * @throws Problem `unavailable`, also if the view is of a stream that was replaced: this process is about to exit
 */
export async function findObstacle<State, Event extends DomainEvent>({
  view,
  store,
  after,
  seen,
  isBuffered,
}: ResumptionOptions<State, Event>): Promise<StreamBounds | undefined> {
  const isReplaced = seen !== undefined && !(await mayHold(store, seen));
  const end = Math.max(after, seen?.position ?? 0);
  if (!isReplaced && isBuffered && end === after) return undefined;
  const { position: applied, lastMessage } = view;
  const bounds = await store.bounds();
  if (!isReplaced && end <= bounds.last && after + 1 >= bounds.first) return undefined;
  const isCurrent =
    applied <= bounds.last && (lastMessage === undefined || (await mayHold(store, lastMessage)));
  if (!isCurrent) throw new Problem('unavailable', 'The stream was replaced.');
  return bounds;
}
