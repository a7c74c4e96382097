/**
 * Tracing with OpenTelemetry. The parent of a span is passed explicitly as a `traceparent`, not through a global context:
 * from the request to the append, into the event's header, and from there to the fold in every replica.
 */

import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api';
import type { BeginSpan } from '../../../api/events/trace-context.ts';
import type { ServiceIdentity } from '../../../domain/product.ts';
import { traceFolds } from './fold-spans.ts';
import type { Logger } from '../logger.ts';
import { contextOf, streamAttributes, traceparentOf } from './span-context.ts';
import { openSpanExport } from './span-export.ts';
import type { Tracing } from './tracing.ts';

/** The exporter is configured by environment variables (`OTEL_…`). */
export function createTracing(service: ServiceIdentity, logger: Logger): Tracing {
  const prefix = service.product.name;
  const { tracer, close } = openSpanExport(service, logger);

  /** Returns a function that starts the span of a request. `describe` is called when the span ends. */
  function beginRequest<Handled extends { readonly status: number }>(
    name: string,
    describe: (handled: Handled) => { readonly name: string; readonly attributes: Attributes },
  ): BeginSpan<Handled> {
    return (parent) => {
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, contextOf(parent));
      return {
        traceparent: traceparentOf(span),
        end(handled) {
          const { name, attributes } = describe(handled);
          span.updateName(name);
          span.setAttributes(attributes);
          // Client errors do not count as server failures.
          if (handled.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
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
        [`${prefix}.request_id`]: requestId,
        ...(route !== undefined && { 'http.route': route }),
        ...(problem !== undefined && { 'error.type': problem.code }),
      },
    })),

    beginNatsSpan: beginRequest('NATS', ({ subject, status, problem }) => ({
      name: subject,
      attributes: {
        'messaging.system': 'nats',
        'messaging.destination.name': subject,
        [`${prefix}.status`]: status,
        ...(problem !== undefined && { 'error.type': problem.code }),
      },
    })),

    beginAppendSpan(stream, { id, traceparent }) {
      const span = tracer.startSpan(
        `append ${stream}`,
        { kind: SpanKind.PRODUCER, attributes: streamAttributes(stream) },
        contextOf(traceparent),
      );
      return {
        traceparent: traceparentOf(span),
        end(result) {
          const { outcome } = result;
          span.setAttributes({ [`${prefix}.entity_id`]: id, [`${prefix}.outcome`]: outcome });
          if ('position' in result) span.setAttribute(`${prefix}.position`, result.position);
          if (outcome === 'unknown' || outcome === 'unavailable') {
            span.setStatus({ code: SpanStatusCode.ERROR, message: String(result.cause) });
          }
          span.end();
        },
      };
    },

    traceFolds: (stream, view) => traceFolds({ tracer, stream, view, prefix }),
    close,
  };
}
