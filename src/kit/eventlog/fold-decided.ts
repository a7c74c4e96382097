/** Checks the events that a command has decided before they are stored, because stored events are permanent. */

import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import { foldEvent } from '../domain/fold.ts';

/** `decide` returned an event that every reader would reject: a fault in the domain code of the service. */
export class InvalidDecision extends Error {
  override readonly name = 'InvalidDecision';
  readonly eventType: string;
  /** Why the schema or `evolve` rejects the event. */
  readonly issue: string;

  constructor(eventType: string, { reason, cause }: Rejection) {
    super(`decide returned an invalid ${eventType}: ${reason}`, { cause });
    this.eventType = eventType;
    this.issue = reason;
  }
}

/**
 * Returns the state after `events`, read and folded in their stored form as every replica does.
 *
 * @throws InvalidDecision if an event does not match its schema or if `evolve` rejects it.
 */
export function foldDecided<State, Event extends DomainEvent>(
  fold: Fold<State, Event>,
  schema: Pick<EventSchema<Event>, 'read' | 'write'>,
  start: State,
  events: readonly Event[],
): State {
  return events.reduce<State>((state, event) => {
    const read = readStored(schema, event);
    const next = read instanceof Rejection ? read : foldEvent(fold, state, read);
    if (next instanceof Rejection) throw new InvalidDecision(event.type, next);
    return next;
  }, start);
}

/** Returns the event as it is read after it was stored. */
function readStored<Event extends DomainEvent>(
  schema: Pick<EventSchema<Event>, 'read' | 'write'>,
  event: Event,
): Event | Rejection {
  try {
    return schema.read(JSON.parse(JSON.stringify(schema.write(event))));
  } catch (cause) {
    return new Rejection(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
