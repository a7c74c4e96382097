/** Defines the names, schemas and commands of a service's entity in the REST API and the NATS API. */

import type { z } from 'zod';
import type { Lookups } from './followed-stream.ts';
import type { Entity } from './entity.ts';

/** A command with the schema of its body. */
export type CommandForm<Command, Body> = {
  /** Last token of the NATS subject: `laptops.commands.<verb>`. */
  readonly verb: string;
  readonly body: z.ZodObject & z.ZodType<Body>;
  command(body: Body): Command;
};

/** References to other entities that are added and removed one by one: `/laptops/{id}/ports/{portId}`. */
export type Members<Command> = {
  /** Path segment: `ports`. */
  readonly name: string;
  /** Singular noun: `port`. It determines the name of the field and path parameter, `portId`. */
  readonly noun: string;
  readonly put: { readonly verb: string; command(memberId: number): Command };
  readonly take: { readonly verb: string; command(memberId: number): Command };
};

/** Entities of a followed stream that refer to an entity of this service: `/ports/{id}/laptops`. */
export type Referrers<State> = {
  readonly noun: string;
  readonly schema: z.ZodType;
  present(entity: Entity<State>): object | undefined;
};

/** @typeParam Others state types of the followed streams, by the name of their service. */
export type Resource<State, Command, Add, Change, Others = unknown> = {
  /** Names of the collection: the canonical name, then its aliases. */
  readonly names: readonly [string, ...string[]];
  /** Singular noun: `laptop`. */
  readonly noun: string;
  /** Schema of the JSON document, with a description of every field and examples. */
  readonly schema: z.ZodType;
  /**
   * Returns the entity as a JSON document; undefined if it does not exist. `lookups` finds entities of the followed
   * streams. The ids that are looked up must depend only on the entity, not on the results of other lookups.
   */
  present(entity: Entity<State>, lookups: Lookups<Others>): object | undefined;
  /** Exact-match filters of the list, by query parameter. */
  readonly filters: Readonly<Record<string, (state: State) => string | undefined>>;
  readonly add: CommandForm<Command, Add>;
  readonly change: CommandForm<Command, Change>;
  readonly remove: { readonly verb: string; command(): Command };
  readonly members?: readonly Members<Command>[];
  /** Reverse lookups, by the name of the followed stream's service. */
  readonly referrers?: { readonly [Name in keyof Others]?: Referrers<Others[Name]> };
};

/** Body of an add command. The id is optional. */
export type NewEntity = { readonly id?: number | undefined };

/** A resource with its type parameters erased. */
export type AnyResource = Resource<unknown, unknown, NewEntity, unknown, Readonly<Record<string, unknown>>>;

/** Returns a predicate that is true if a state has every given value. Filters without a value are ignored. */
export function matcherOf<State>(
  { filters }: { readonly filters: Readonly<Record<string, (state: State) => string | undefined>> },
  wanted: Readonly<Record<string, string | undefined>>,
): (state: State) => boolean {
  const tests = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return (state) => tests.every(([name, value]) => filters[name]?.(state) === value);
}

/** `laptop` → `Laptop` */
export function capitalize(noun: string): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}
