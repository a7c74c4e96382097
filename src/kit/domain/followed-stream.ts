/** Streams of other services: what their owners publish, and what a service reads of them. */

import type { DomainEvent, Fold } from './decider.ts';
import type { EventSchema } from './event-schema.ts';

/** What a service publishes so that others can follow its stream. The fold is the only one of its entity. */
export type Contract<State, Event extends DomainEvent = DomainEvent> = {
  /** The name of the service, and the first token of its subjects: `ports`. */
  readonly name: string;
  /** The definition of its stream, as `nats stream add --config` takes it. */
  readonly streamFile: URL;
  readonly events: EventSchema<Event>;
  readonly fold: Fold<State, Event>;
};

/** A stream of another service, as a service follows it. */
export type Followed<State, Event extends DomainEvent = DomainEvent> = Contract<State, Event> & {
  /** The ids of the follower's entities that a state refers to. With it, references can be listed in reverse. */
  referencesOf?(state: State): readonly number[];
};

/** The streams that a service follows, by the names of the services that own them. */
export type Follows<Others> = { readonly [Name in keyof Others]: Followed<Others[Name]> };

/** Returns the state of an entity of a followed stream by its id, or the fold's initial state if there is none. */
export type Lookups<Others> = { readonly [Name in keyof Others]: (id: number) => Others[Name] };
