/** What the routes of a service work with. */

import type { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Sources } from '../../eventlog/execute.ts';
import type { ServiceStatus } from '../../api/documents.ts';
import type { Freshness } from '../../eventlog/freshness.ts';
import type { Transactor } from '../../eventlog/transact.ts';
import type { ListAsOf } from '../protocol/as-of.ts';
import type { EventFeed } from '../events/event-feed.ts';

export type RouteContext = {
  readonly transactor: Transactor<unknown, unknown, DomainEvent>;
  readonly sources: Sources;
  readonly freshness: Freshness;
  /** The events of the service, whichever type. */
  readonly eventSchema: z.ZodType<DomainEvent>;
  /** The names of these events. */
  readonly eventTypes: readonly string[];
  readonly feed: EventFeed;
  /** Lists entities as they were; not from the view, which only knows the present. */
  readonly listAsOf: ListAsOf;
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
