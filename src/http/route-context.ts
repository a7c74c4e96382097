/** What the routes of a service work with. */

import type { z } from 'zod';
import type { DomainEvent } from '../core/decider.ts';
import type { Sources } from '../core/execute.ts';
import type { ServiceStatus } from '../core/documents.ts';
import type { Freshness } from '../core/freshness.ts';
import type { Transactor } from '../core/transact.ts';
import type { PastList } from './as-of.ts';
import type { EventFeed } from './event-feed.ts';

export type RouteContext<State, Command, Event extends DomainEvent> = {
  readonly transactor: Transactor<State, Command, Event>;
  readonly sources: Sources;
  readonly freshness: Freshness;
  /** The events of the service, whichever type. */
  readonly eventSchema: z.ZodType<DomainEvent>;
  /** The names of these events. */
  readonly eventTypes: readonly string[];
  readonly feed: EventFeed;
  /** Lists entities as they were; not from the view, which only knows the present. */
  readonly pastList: PastList<State>;
  readStatus(): Promise<ServiceStatus>;
};

/** Whose events they are, as CloudEvents name it: the collection, by its canonical path. */
export function sourceOf(resource: { readonly names: readonly [string, ...string[]] }): string {
  return pathsOf(resource)[0];
}

/** `/ports` and its aliases, each followed by `rest`. */
export function pathsOf(
  { names: [canonical, ...aliases] }: { readonly names: readonly [string, ...string[]] },
  rest = '',
): [string, ...string[]] {
  return [`/${canonical}${rest}`, ...aliases.map((alias) => `/${alias}${rest}`)];
}
