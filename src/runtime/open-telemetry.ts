/**
 * Tracing with OpenTelemetry. Where a span belongs is handed on as a `traceparent`, never as a global or hidden context:
 * from the request through the append into the event's header, and from there to the fold in every replica.
 */

import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import type { BeginSpan } from '../core/trace-context.ts';
import { traceFolds } from './fold-spans.ts';
import type { Log } from './log.ts';
import { contextOf, streamAttributes, traceparentOf } from './span-context.ts';
import { openSpans } from './span-export.ts';
import type { Tracing } from './tracing.ts';

/** Loaded only where a collector is configured; the environment (`OTEL_…`) says the rest. */
export function createTracing(service: string, log: Log): Tracing {
  const { tracer, close } = openSpans(service, log);

  /** Begins the span of a request; `describe` is asked when it has been answered. */
  function beginRequest<Answer extends { readonly status: number }>(
    name: string,
    describe: (answer: Answer) => { readonly name: string; readonly attributes: Attributes },
  ): BeginSpan<Answer> {
    return (parent) => {
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, contextOf(parent));
      return {
        traceparent: traceparentOf(span),
        end(answer) {
          const { name, attributes } = describe(answer);
          span.updateName(name);
          span.setAttributes(attributes);
          // What the client got wrong is no failure of the server's.
          if (answer.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    };
  }

  return {
    beginHttpSpan: beginRequest('HTTP', ({ method, route, path, status, requestId, problem }) => ({
      name: route === undefined ? method : `${method} ${route}`,
      attributes: {
        'http.request.method': method,
        'http.response.status_code': status,
        'url.path': path,
        'portside.request_id': requestId,
        ...(route !== undefined && { 'http.route': route }),
        ...(problem !== undefined && { 'error.type': problem.code }),
      },
    })),

    beginNatsSpan: beginRequest('NATS', ({ subject, status, problem }) => ({
      name: subject,
      attributes: {
        'messaging.system': 'nats',
        'messaging.destination.name': subject,
        'portside.status': status,
        ...(problem !== undefined && { 'error.type': problem.code }),
      },
    })),

    traceAppends: (stream, store) => ({
      ...store,
      async append(append) {
        const span = tracer.startSpan(
          `append ${stream}`,
          { kind: SpanKind.PRODUCER, attributes: streamAttributes(stream) },
          contextOf(append.traceparent),
        );
        const result = await store.append({ ...append, traceparent: traceparentOf(span) });
        const { outcome } = result;
        span.setAttributes({ 'portside.entity_id': append.id, 'portside.outcome': outcome });
        if ('position' in result) span.setAttribute('portside.position', result.position);
        if (outcome === 'unknown' || outcome === 'unavailable') {
          span.setStatus({ code: SpanStatusCode.ERROR, message: String(result.cause) });
        }
        span.end();
        return result;
      },
    }),

    traceFolds: (stream, view) => traceFolds(tracer, stream, view),
    close,
  };
}
