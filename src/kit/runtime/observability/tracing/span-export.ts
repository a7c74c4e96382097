/** Exports spans over OTLP in the background. A slow or unreachable collector does not delay requests. */

import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { ServiceIdentity } from '../../../domain/product.ts';
import { replicaName, type Logger } from '../logger.ts';

/** Timeout of the last export at shutdown, in ms. */
const closeTimeoutMs = 1_000;

export function openSpanExport(
  { name, version, product }: ServiceIdentity,
  logger: Logger,
): { readonly tracer: Tracer; close(): Promise<void> } {
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': name,
          'service.version': version,
          'service.instance.id': replicaName(),
        }),
      )
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
      .merge(detectResources({ detectors: [envDetector] })),
    // The queue is bounded; spans that do not fit are dropped.
    spanProcessors: [new BatchSpanProcessor(logFailures(new OTLPTraceExporter(), logger))],
  });

  return {
    tracer: provider.getTracer(product.name, version),
    async close() {
      const timeout = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs));
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}

/** Logs the first failed export and the first successful one after it. */
function logFailures(exporter: SpanExporter, logger: Logger): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !failing) {
          logger.warn({ reason: String(result.error) }, 'trace collector unavailable; spans are dropped');
        } else if (!failed && failing) {
          logger.info('trace collector available again');
        }
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
