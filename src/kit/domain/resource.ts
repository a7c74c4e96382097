/** What a service tells its doors about its one kind of entity: names, forms, and how a form becomes a command. */

import type { z } from 'zod';
import type { Lookups } from './followed-stream.ts';
import type { Entity } from './entity.ts';

/** A command as a door takes it. */
export type CommandForm<Command, Body> = {
  /** What the NATS door calls it: `laptops.commands.<verb>`. */
  readonly verb: string;
  readonly body: z.ZodObject & z.ZodType<Body>;
  command(body: Body): Command;
};

/** What is put to an entity and taken from it, each by the id of something else: `/laptops/{id}/ports/{portId}`. */
export type Members<Command> = {
  /** The path segment: `ports`. */
  readonly name: string;
  /** What a person calls one of them: `port`; its id is the field and path parameter `portId`. */
  readonly noun: string;
  readonly put: { readonly verb: string; command(memberId: number): Command };
  readonly take: { readonly verb: string; command(memberId: number): Command };
};

/** The entities of a followed stream that refer to one of ours: `/ports/{id}/laptops`. */
export type Referrers<State> = {
  readonly noun: string;
  readonly schema: z.ZodType;
  present(entity: Entity<State>): object | undefined;
};

/** @typeParam Others the states of the followed streams' entities, by the names of their services. */
export type Resource<State, Command, Add, Change, Others = unknown> = {
  /** The names of the collection: the canonical one first, then its aliases. */
  readonly names: readonly [string, ...string[]];
  /** What a person calls one of them: `laptop`. */
  readonly noun: string;
  /** What the entity looks like as JSON, with a description of every field and examples. */
  readonly schema: z.ZodType;
  /**
   * The entity as JSON; undefined when it is not there. `lookups` shows entities of the followed streams; which ids are
   * looked up depends on the entity alone, not on what other lookups gave.
   */
  present(entity: Entity<State>, lookups: Lookups<Others>): object | undefined;
  /** Exact-match filters of the list, each by the name of its parameter. */
  readonly filters: Readonly<Record<string, (state: State) => string | undefined>>;
  readonly add: CommandForm<Command, Add>;
  readonly change: CommandForm<Command, Change>;
  readonly remove: { readonly verb: string; command(): Command };
  readonly members?: readonly Members<Command>[];
  /** Of the followed streams whose entities refer to ours. */
  readonly referrers?: { readonly [Name in keyof Others]?: Referrers<Others[Name]> };
};

/** The body that adds an entity: it may name the id. */
export type NewEntity = { readonly id?: number | undefined };

/** A resource with its type parameters erased. */
export type AnyResource = Resource<unknown, unknown, NewEntity, unknown, Readonly<Record<string, unknown>>>;

/** Whether a state passes every filter that is given; one that is not given passes all. */
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
