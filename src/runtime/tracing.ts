/** Traces of what a service does, for whoever collects them; without a collector nothing of it is even loaded. */

import type { DomainEvent } from '../core/decider.ts';
import type { EventStore } from '../core/event-store.ts';
import type { BeginSpan } from '../core/trace-context.ts';
import type { Answer } from '../http/app.ts';
import type { EndpointAnswer } from '../nats/endpoints.ts';
import type { Config } from './config.ts';
import type { ObservedView } from './log-observer.ts';
import type { Log } from './log.ts';

export type Tracing = {
  readonly beginHttpSpan: BeginSpan<Answer>;
  readonly beginNatsSpan: BeginSpan<EndpointAnswer>;
  /** The same store; every append has a span, which the event's `traceparent` names. */
  traceAppends<Event extends DomainEvent>(stream: string, store: EventStore<Event>): EventStore<Event>;
  /** Spans for what the view folds from now on, tied to what wrote it. */
  traceFolds(stream: string, view: ObservedView): void;
  /** Sends what is still to be sent, if that takes no longer than a moment. */
  close(): Promise<void>;
};

/** @returns undefined where no collector is configured. */
export async function openTracing(
  service: string,
  { isTraced }: Pick<Config, 'isTraced'>,
  log: Log,
): Promise<Tracing | undefined> {
  if (!isTraced) return undefined;
  const { createTracing } = await import('./open-telemetry.ts');
  return createTracing(service, log);
}
