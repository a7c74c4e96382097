/** What a service tells its doors about its one kind of entity: names, forms, and how a form becomes a command. */

import type { z } from 'zod';
import { Problem } from './problem.ts';
import type { Entity } from './view.ts';

/** A command as a door takes it. */
export type CommandForm<Command, Body> = {
  /** What the NATS door calls it: `laptops.commands.<verb>`. */
  readonly verb: string;
  readonly body: z.ZodObject & z.ZodType<Body>;
  command(body: Body): Command;
};

export type Resource<State, Command, Add, Change> = {
  /** The names of the collection: the canonical one first, then its aliases. */
  readonly names: readonly [string, ...string[]];
  /** What a person calls one of them: `laptop`. */
  readonly noun: string;
  /** What the entity looks like as JSON, with a description of every field and examples. */
  readonly schema: z.ZodType;
  /** The entity as JSON; undefined when it is not there. */
  present(entity: Entity<State>): object | undefined;
  /** Exact-match filters of the list, each by the name of its parameter. */
  readonly filters: Readonly<Record<string, (state: State) => string | undefined>>;
  readonly add: CommandForm<Command, Add>;
  readonly change: CommandForm<Command, Change>;
  readonly remove: { readonly verb: string; command(): Command };
};

/** The entity as JSON. @throws Problem `not-found` */
export function presentExisting<State>(
  { present, noun }: { present(entity: Entity<State>): object | undefined; readonly noun: string },
  entity: Entity<State>,
): object {
  const body = present(entity);
  if (body === undefined) throw new Problem('not-found', `There is no ${noun} ${entity.id}.`);
  return body;
}

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
