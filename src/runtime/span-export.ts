/** Where spans go: over OTLP to a collector, in the background; one that is slow, broken or away holds nothing up. */

import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { replicaName, type Log } from './log.ts';
import { readVersion } from './version.ts';

/** Milliseconds that the last spans may take when the process ends. */
const closeMs = 1_000;

export function openSpans(service: string, log: Log): { readonly tracer: Tracer; close(): Promise<void> } {
  const version = readVersion();
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': service,
          'service.version': version,
          'service.instance.id': replicaName(),
        }),
      )
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
      .merge(detectResources({ detectors: [envDetector] })),
    // Its queue is bounded: what is too much is dropped.
    spanProcessors: [new BatchSpanProcessor(tellFailures(new OTLPTraceExporter(), log))],
  });

  return {
    tracer: provider.getTracer('portside', version),
    async close() {
      const giveUp = new Promise((resolve) => setTimeout(resolve, closeMs));
      await Promise.race([provider.shutdown().catch(() => undefined), giveUp]);
    },
  };
}

/** A collector that takes nothing is told once, and once that it takes spans again. */
function tellFailures(exporter: SpanExporter, log: Log): SpanExporter {
  let failing = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !failing) {
          log.warn({ reason: String(result.error) }, 'the collector takes no spans; they are dropped');
        } else if (!failed && failing) {
          log.info('the collector takes spans again');
        }
        failing = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
