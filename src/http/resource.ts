/** What a service tells the HTTP door about its one kind of entity, and what every route gets to work with. */

import type { z } from 'zod';
import type { DomainEvent } from '../core/decider.ts';
import { Problem } from '../core/problem.ts';
import type { Transactor } from '../core/transact.ts';
import type { Entity } from '../core/view.ts';
import type { Freshness } from './consistency.ts';
import type { PastList } from './as-of.ts';
import type { EventFeed } from './event-feed.ts';

/** What is special about one kind of entity: its name, its bodies, and how they become commands. */
export type Resource<State, Command, Add, Change> = {
  /** The path segments that name the collection: the canonical one first, then its aliases. */
  readonly paths: readonly [string, ...string[]];
  /** What a person calls one of them: `laptop`. */
  readonly noun: string;
  /** What the entity looks like as JSON, with a description of every field and examples. */
  readonly schema: z.ZodType;
  /** The entity as JSON; undefined when it is not there. */
  present(entity: Entity<State>): object | undefined;
  /** Exact-match filters of the list, each by the name of its query parameter. */
  readonly filters: Readonly<Record<string, (state: State) => string | undefined>>;
  readonly add: { readonly body: z.ZodType<Add>; command(body: Add): Command };
  readonly change: { readonly body: z.ZodType<Change>; command(body: Change): Command };
  remove(): Command;
};

/** What the routes of a service work with. */
export type RouteContext<State, Command, Event extends DomainEvent> = {
  readonly transactor: Transactor<State, Command, Event>;
  readonly freshness: Freshness;
  /** The events of the service, whichever type. */
  readonly eventSchema: z.ZodType<DomainEvent>;
  /** The names of these events. */
  readonly eventTypes: readonly string[];
  readonly feed: EventFeed;
  /** Lists entities as they were; not from the view, which only knows the present. */
  readonly pastList: PastList<State>;
};

/** The entity as JSON. @throws Problem `not-found` */
export function presentExisting<State, Command, Add, Change>(
  { present, noun }: Resource<State, Command, Add, Change>,
  entity: Entity<State>,
): object {
  const body = present(entity);
  if (body === undefined) throw new Problem('not-found', `There is no ${noun} ${entity.id}.`);
  return body;
}

/** `laptop` → `Laptop` */
export function capitalize(noun: string): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** `/ports` and its aliases, each followed by `rest`. */
export function pathsOf(
  { paths: [canonical, ...aliases] }: { readonly paths: readonly [string, ...string[]] },
  rest = '',
): [string, ...string[]] {
  return [`/${canonical}${rest}`, ...aliases.map((alias) => `/${alias}${rest}`)];
}

/** Whether a state passes every filter that the query gives; one that it does not give passes all. */
export function matcherOf<State>(
  { filters }: { readonly filters: Readonly<Record<string, (state: State) => string | undefined>> },
  wanted: Readonly<Record<string, string | undefined>>,
): (state: State) => boolean {
  const tests = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return (state) => tests.every(([name, value]) => filters[name]?.(state) === value);
}
