/** Checks the events that a command has decided before they are stored, because stored events are permanent. */

import { messageOf } from '../domain/error-message.ts';
import { Rejection, type DomainEvent, type Fold } from '../domain/decider.ts';
import type { Entity } from '../domain/entity.ts';
import type { EventSchema } from '../domain/event-schema.ts';
import { tryEvent } from '../domain/try-event.ts';

/** `decide` returned events that readers would reject or could not present: a fault in the domain code of the service. */
export class InvalidDecision extends Error {
  override readonly name = 'InvalidDecision';
  /** The type of the invalid event, or the types of all events if the state after them is invalid. */
  readonly eventType: string;
  /** Why the event or the state is invalid. */
  readonly issue: string;

  constructor(eventType: string, { reason, cause }: Rejection) {
    super(`decide returned an invalid ${eventType}: ${reason}`, { cause });
    this.eventType = eventType;
    this.issue = reason;
  }
}

type Trial<State, Event extends DomainEvent> = {
  readonly decider: Fold<State, Event>;
  readonly events: Pick<EventSchema<Event>, 'read' | 'write'>;
  /** Throws if the document of an existing entity cannot be created. */
  present?(entity: Entity<State>): unknown;
};

/**
 * Returns the state after `decided`, read and folded in their stored form as every replica does.
 *
 * @throws InvalidDecision if an event does not match its schema, if `evolve` rejects it or has a fault that `tryEvent` finds, or
 * if the resulting state cannot be presented.
 */
export function foldDecided<State, Event extends DomainEvent>(
  { decider, events, present }: Trial<State, Event>,
  { id, state: start, version }: Entity<State>,
  decided: readonly Event[],
): State {
  let state = start;
  for (const event of decided) {
    const read = readStored(events, event);
    const next = read instanceof Rejection ? read : tryEvent(decider, state, read);
    if (next instanceof Rejection) throw new InvalidDecision(event.type, next);
    state = next;
  }
  if (state === decider.initial) return state;
  try {
    present?.({ id, state, version });
  } catch (cause) {
    const types = decided.map(({ type }) => type).join(', ');
    throw new InvalidDecision(types, new Rejection(messageOf(cause), { cause }));
  }
  return state;
}

/** Returns the event as it is read after it was stored. */
function readStored<Event extends DomainEvent>(
  schema: Pick<EventSchema<Event>, 'read' | 'write'>,
  event: Event,
): Event | Rejection {
  try {
    return schema.read(JSON.parse(JSON.stringify(schema.write(event))));
  } catch (cause) {
    return new Rejection(messageOf(cause), { cause });
  }
}
