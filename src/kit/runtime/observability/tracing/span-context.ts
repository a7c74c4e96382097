/** Converts between `traceparent` headers (W3C Trace Context) and OpenTelemetry contexts. */

import {
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';

/** @param traceparent well-formed; undefined starts a new trace */
export function contextOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, toSpanContext(traceparent));
}

/** @param traceparent well-formed */
export function toSpanContext(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** Returns the attributes of a span that concerns a stream. */
export function streamAttributes(stream: string): Attributes {
  return { 'messaging.system': 'nats', 'messaging.destination.name': stream };
}
