import type { z } from 'zod';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Sources } from '../../eventlog/execute.ts';
import type { ServiceStatus, StatusSample } from '../../api/responses/documents.ts';
import type { Examination } from '../../api/responses/examination.ts';
import type { Freshness } from '../../eventlog/freshness.ts';
import type { CommandCall } from '../../domain/service/service-decider.ts';
import type { Transactor } from '../../eventlog/transact.ts';
import type { MessageIdentity } from '../../domain/stored-message.ts';
import type { ListAsOf } from '../protocol/as-of.ts';
import type { EventFeed } from '../events/event-feed.ts';
import type { SystemSources } from './system-operations.ts';

/** How much one request may add in rows. */
export type BulkLimits = { readonly maxRows: number; readonly maxBytes: number };

/** The dependencies of a service's routes. */
export type RouteContext = {
  readonly transactor: Transactor<unknown, CommandCall, DomainEvent>;
  readonly sources: Sources;
  readonly freshness: Freshness;
  readonly eventSchema: z.ZodType<DomainEvent>;
  readonly eventTypes: readonly string[];
  readonly feed: EventFeed;
  /** Lists entities as of a position, which the view cannot: it contains only the current state. */
  readonly listAsOf: ListAsOf;
  /** Says what would have been accepted instead of a rejected message with this payload. */
  describeAccepted(message: Pick<MessageIdentity, 'subject' | 'time'>, payload: string): string;
  readStatus(): Promise<ServiceStatus>;
  readStatusHistory(): readonly StatusSample[];
  /** Runs the checks of the doctor, at most one at a time. */
  examine(): Promise<Examination>;
  /** Bodies of the command that creates an entity; undefined: none. */
  readonly samples: readonly object[] | undefined;
  readonly system: SystemSources;
  readonly bulkLimits: BulkLimits;
  /** Aborted when a shutdown begins. */
  readonly stopping: AbortSignal;
};

/** Returns the `source` of the service's CloudEvents: the canonical path of the collection. */
export function sourceOf(resource: { readonly names: readonly [string, ...string[]] }): string {
  return pathsOf(resource)[0];
}

/** Returns the path of the collection and its aliases, each followed by `rest`. */
export function pathsOf(
  { names: [canonical, ...aliases] }: { readonly names: readonly [string, ...string[]] },
  rest = '',
): [string, ...string[]] {
  return [`/${canonical}${rest}`, ...aliases.map((alias) => `/${alias}${rest}`)];
}
