import type { DomainEvent, Fold } from './decider.ts';
import type { Id } from './entity-id.ts';
import type { EventSchema } from './event-schema.ts';
import type { IdType } from './id-type.ts';
import type { NounOptions } from './service/nouns.ts';

/** What others have to know of a service's stream to read it. */
export type EventContract<Event extends DomainEvent = DomainEvent, Key extends Id = number> = NounOptions &
  IdOption<Key> & {
    /** Name of the service and first token of its subjects: `ports`. */
    readonly name: string;
    /** Stream configuration in the format of `nats stream add --config`. A follower needs only name and subjects. */
    readonly streamFile: URL;
    readonly events: EventSchema<Event>;
  };

/** Required if the ids are texts. */
type IdOption<Key extends Id> = {
  /** What the ids of the entities are. Default: positive integers. */
  readonly id?: IdType<Key>;
} & ([Key] extends [number] ? unknown : { readonly id: IdType<Key> });

/** Published by a service so that others can follow its stream. Contains the only fold of its entity. */
export type Contract<State, Event extends DomainEvent = DomainEvent, Key extends Id = number> = EventContract<
  Event,
  Key
> & { readonly fold: Fold<State, Event> };

/**
 * The streams that a service follows, by the name of the owning service.
 *
 * @typeParam Others state types, by the name of the service.
 * @typeParam OtherIds id types.
 */
export type Follows<Others, OtherIds = unknown> = {
  readonly [Name in keyof Others]: Omit<Contract<Others[Name]>, 'id'>;
} & { readonly [Name in keyof OtherIds]: { readonly id?: IdType<OtherIds[Name] & Id> } };

/** Returns the state of an entity of a followed stream by its id, or the fold's initial state if there is none. */
export type Lookups<Others, OtherIds = unknown> = {
  readonly [Name in keyof Others]: (id: IdOf<OtherIds, Name>) => Others[Name];
};

/** The type of the ids of a followed stream. */
export type IdOf<OtherIds, Name> = Name extends keyof OtherIds
  ? OtherIds[Name] extends Id
    ? OtherIds[Name]
    : number
  : number;
