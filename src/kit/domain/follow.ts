import type { DomainEvent, Fold } from './decider.ts';
import type { Id } from './entity-id.ts';
import type { EventSchema } from './event-schema.ts';
import { skippedEvent } from './fold.ts';
import type { Contract, EventContract } from './followed-stream.ts';

/** What a service needs of a stream that it follows. */
export type Part<State, Event extends DomainEvent, Type extends Event['type']> = {
  /**
   * The event types that `fold` needs. All others are skipped, also those that the contract does not know. Default: the types
   * that the contract knows.
   */
  readonly only?: readonly Type[];
  readonly fold: Fold<State, Extract<Event, { readonly type: Type }>>;
};

/** Follows the stream of another service with the fold that it publishes. */
export function follow<State, Event extends DomainEvent, Key extends Id = number>(
  contract: Contract<State, Event, Key>,
): Contract<State, Event, Key>;
/** Follows some events of another service with a fold of its own. The contract may be the follower's own description. */
export function follow<
  State,
  Event extends DomainEvent,
  Type extends Event['type'] = Event['type'],
  Key extends Id = number,
>(
  contract: EventContract<Event, Key>,
  part: Part<State, Event, Type>,
): Contract<State, Extract<Event, { readonly type: Type }>, Key>;
export function follow(
  contract: Omit<EventContract, 'id'>,
  part?: Part<unknown, DomainEvent, string>,
): object {
  if (part === undefined) return contract;
  const { only = Object.keys(contract.events.types), fold } = part;
  return { ...contract, events: pickEvents(contract.events, only), fold };
}

function pickEvents(events: EventSchema<DomainEvent>, only: readonly string[]): EventSchema<DomainEvent> {
  const picked = new Set(only);
  const isSkipped = (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    !picked.has(value.type);
  return {
    ...events,
    types: Object.fromEntries(Object.entries(events.types).filter(([type]) => picked.has(type))),
    read: (value, time) => (isSkipped(value) ? skippedEvent : events.read(value, time)),
  };
}
