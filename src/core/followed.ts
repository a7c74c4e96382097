/** Other services' streams, as a service follows them: each folded into a view of its own, and joined when read. */

import type { DomainEvent, Fold } from './decider.ts';
import type { EventSchema } from './event-schema.ts';
import type { EventStore } from './event-store.ts';
import type { View } from './view.ts';

/** What a service makes of another one's events: only what it needs to know. */
export type Followed<State, Event extends DomainEvent = DomainEvent> = {
  readonly events: EventSchema<Event>;
  readonly fold: Fold<State, Event>;
  /** The ids of our entities that such a state refers to; then they can be listed the other way round. */
  referencesOf?(state: State): readonly number[];
};

/** What a service follows, by the names of the services whose streams these are. */
export type Follows<Others> = { readonly [Name in keyof Others]: Followed<Others[Name]> };

/** The state of an entity of a followed stream, by its id; that of one which is not there is its fold's initial one. */
export type Lookups<Others> = { readonly [Name in keyof Others]: (id: number) => Others[Name] };

/** A followed stream as this replica has it. */
export type FollowedLog = {
  /** The name of the stream: `PORTS`. */
  readonly stream: string;
  readonly fold: Fold<unknown, DomainEvent>;
  readonly view: View<unknown, DomainEvent>;
  readonly store: EventStore<DomainEvent>;
};

/** The followed streams by the names of their services. */
export type FollowedLogs = Readonly<Record<string, FollowedLog>>;
