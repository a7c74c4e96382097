import type { BeginSpan } from '../../../api/events/trace-context.ts';
import type { DomainEvent } from '../../../domain/decider.ts';
import type { Append, AppendResult } from '../../../eventlog/event-store.ts';
import type { HandledRequest } from '../../../http/server/request-lifecycle.ts';
import type { HandledNatsRequest } from '../../../nats/services/endpoints.ts';
import type { ObservedView } from '../stream-observer.ts';

/** The spans that a service records. */
export type Tracing = {
  readonly beginHttpSpan: BeginSpan<HandledRequest>;
  readonly beginNatsSpan: BeginSpan<HandledNatsRequest>;
  /** Starts the span of an append. Its `traceparent` is stored with the events. */
  beginAppendSpan(stream: string, append: Append<DomainEvent>): AppendSpan;
  /** Records spans for the messages that `view` applies from now on, linked to the spans that wrote them. */
  traceFolds(stream: string, view: ObservedView): void;
  /** Exports the remaining spans, for at most one second. */
  close(): Promise<void>;
};

export type AppendSpan = { readonly traceparent: string; end(result: AppendResult): void };
