import type { DomainEvent, Fold } from './decider.ts';
import type { EventSchema } from './event-schema.ts';
import type { NounOptions } from './service/nouns.ts';

/** What others have to know of a service's stream to read it. */
export type EventContract<Event extends DomainEvent = DomainEvent> = NounOptions & {
  /** Name of the service and first token of its subjects: `ports`. */
  readonly name: string;
  /** Stream configuration in the format of `nats stream add --config`. A follower needs only name and subjects. */
  readonly streamFile: URL;
  readonly events: EventSchema<Event>;
};

/** Published by a service so that others can follow its stream. Contains the only fold of its entity. */
export type Contract<State, Event extends DomainEvent = DomainEvent> = EventContract<Event> & {
  readonly fold: Fold<State, Event>;
};

/** The streams that a service follows, by the name of the owning service. */
export type Follows<Others> = { readonly [Name in keyof Others]: Contract<Others[Name]> };

/** Returns the state of an entity of a followed stream by its id, or the fold's initial state if there is none. */
export type Lookups<Others> = { readonly [Name in keyof Others]: (id: number) => Others[Name] };
