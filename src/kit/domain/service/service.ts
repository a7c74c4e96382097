/** The definition of a service: everything that is specific to it. Pure, so that clients and tests can import it. */

import type { z } from 'zod';
import type { Command, CommandBuilders, Context, Existing } from './command.ts';
import type { DomainEvent } from '../decider.ts';
import type { Entity } from '../entity.ts';
import type { Id } from '../entity-id.ts';
import type { Contract, Follows, IdOf, Lookups } from '../followed-stream.ts';
import type { IdType } from '../id-type.ts';
import type { Index, KeySchemas, NamedIndexes } from './index-definition.ts';
import type { Query, QueryBuilders } from './query.ts';
import type { Nouns } from './nouns.ts';

/** Entities of a followed stream that refer to an entity of this service: `/ports/{id}/laptops`. */
export type Relation<State, Key extends Id = number, OtherId extends Id = number> = {
  /** Returns the ids of this service's entities that an entity of the followed stream refers to. */
  each(state: Existing<State>): readonly Key[];
  readonly document: z.ZodType;
  present(entity: Entity<Existing<State>, OtherId>): object;
};

/**
 * @typeParam Others state types of the followed streams, by the name of their service.
 * @typeParam Key type of the ids of the service's entities.
 * @typeParam OtherIds types of the ids in the followed streams.
 */
export type ServiceDefinition<
  State,
  Event extends DomainEvent,
  Others,
  Commands,
  Indexes,
  Queries,
  Document,
  Key extends Id = number,
  OtherIds = {},
> = {
  /** `import.meta.url` of the module that exports the service. The process for point-in-time lists imports it. */
  readonly module: string;
  /** The service's name, its stream, its ids, its events and the fold of its entity. */
  readonly contract: Contract<State, Event, Key>;
  /** Shown in the API documents, the status, metrics and spans. A URL refers to a package.json. */
  readonly version: string | URL;
  /**
   * Identifies the folds of the service's own and followed streams: a snapshot is used only by a service with the same
   * value. Default: a digest of the code, so that every change of it makes the replicas read the streams from the start. If
   * given, change it whenever a fold can return another state for the same messages.
   */
  readonly foldVersion?: string;
  /** The product that the service belongs to, see {@link createProduct}. Default: `portside`. */
  readonly product?: string;
  /** A JSON file with a list of bodies of the `create` command, which the web console offers while there are no entities. */
  readonly samples?: URL;
  /** TCP ports that are used unless the configuration names others. */
  readonly defaults: { readonly httpPort: number; readonly probePort: number };
  /** Further names of the collection in paths, beside the name of the service. */
  readonly aliases?: readonly string[];
  /** The streams of other services that this service follows. */
  readonly follows?: Follows<Others, OtherIds>;
  /** Commands by verb, the last token of the NATS subject: `laptops.commands.<verb>`. */
  commands(builders: CommandBuilders<State, Event, Context<Lookups<Others, OtherIds>, Key>>): Commands;
  /** Query parameters of the list: it can be filtered by each index, and sorted by those with one key for each entity. */
  readonly indexes?: Indexes & Readonly<Record<string, Index<Existing<State>>>>;
  /** Reads of the view beyond the list and the item, by name. */
  queries?(builders: QueryBuilders<State, Lookups<Others, OtherIds>, Key>): Queries;
  /** Schema of the JSON document, with a description of every field and examples. */
  readonly document: z.ZodType<Document>;
  /**
   * Returns an existing entity as a JSON document. `lookups` finds entities of the followed streams. The ids that are looked
   * up must depend only on the entity, not on the results of other lookups.
   */
  present(entity: Entity<Existing<State>, Key>, lookups: Lookups<Others, OtherIds>): NoInfer<Document>;
  /** Lists of related entities, by the name of the followed stream's service. */
  readonly relations?: {
    readonly [Name in keyof Others]?: Relation<Others[Name], Key, IdOf<OtherIds, Name>>;
  };
};

/** A command with its verb and its path. */
export type NamedCommand = Command & { readonly verb: string };

export type NamedQuery = Query & { readonly name: string };

/** A contract with its type parameters erased. `id` is the default if the contract has none. */
export type ErasedContract = Contract<unknown, DomainEvent, Id> & { readonly id: IdType };

export type ErasedLookups = Readonly<Record<string, (id: never) => unknown>>;

/** A service with its type parameters erased, as used by the runtime. */
export type Service = Pick<
  ServiceDefinition<
    unknown,
    DomainEvent,
    Readonly<Record<string, unknown>>,
    unknown,
    unknown,
    unknown,
    unknown,
    Id,
    unknown
  >,
  'module' | 'version' | 'foldVersion' | 'product' | 'samples' | 'defaults' | 'document'
> & {
  readonly contract: ErasedContract;
  readonly nouns: Nouns;
  /** Names of the collection: the name of the service, then its aliases. */
  readonly names: readonly [string, ...string[]];
  readonly follows: Readonly<Record<string, ErasedContract>>;
  readonly commands: readonly NamedCommand[];
  readonly indexes: NamedIndexes;
  readonly indexKeys: KeySchemas;
  readonly queries: readonly NamedQuery[];
  /** The indexes by which a list can be sorted. */
  readonly sortable: readonly string[];
  readonly relations: Readonly<Record<string, Relation<unknown, Id, Id>>>;
  present(entity: Entity<unknown>, lookups: ErasedLookups): object;
};

/** The types of a service, for clients and tests. */
export type ServiceTypes = {
  readonly state: unknown;
  readonly event: DomainEvent;
  readonly others: unknown;
  readonly commands: unknown;
  readonly index: string;
  readonly sortable: string;
  readonly queries: unknown;
  readonly document: unknown;
  readonly id: Id;
  readonly otherIds: unknown;
};

/** A service that carries its types for the compiler. */
export type DefinedService<Types extends ServiceTypes> = Service & { readonly types?: Types };

/** The types of a service: `TypesOf<typeof laptopService>`. */
export type TypesOf<S extends { readonly types?: unknown }> = NonNullable<S['types']>;
