import type { RequestListener } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ServiceIdentity } from '../../domain/product.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { defineGauge } from './gauge.ts';
import { createStreamMetrics, type StreamMetrics } from './stream-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

export type Metrics = RequestMetrics &
  StreamMetrics & {
    /** Responds with all metrics in the Prometheus text format. */
    readonly listener: RequestListener;
    watchConnection(connection: Connection): void;
  };

/** The Prometheus metrics of a service. `isReady` reports whether the process may receive traffic. */
export function createMetrics(
  { name, version, product: { name: product } }: ServiceIdentity,
  isReady: () => boolean,
): Metrics {
  const registry = new Registry();
  let connection: Connection | undefined;
  // Not `service`: scrapers in Kubernetes set that label themselves.
  registry.setDefaultLabels({ service_name: name });
  // Node's and the process's own: event loop lag, garbage collection, memory, CPU, files.
  collectDefaultMetrics({ register: registry });

  new Gauge({
    registers: [registry],
    name: `${product}_build_info`,
    help: 'Which Portside runs, on which Node; always 1.',
    labelNames: ['version', 'node_version'],
  }).set({ version, node_version: process.version }, 1);
  defineGauge(
    registry,
    { name: `${product}_ready`, help: 'Whether the process may get traffic, as /readyz says.' },
    () => Number(isReady()),
  );

  defineGauge(
    registry,
    { name: `${product}_nats_connected`, help: 'Whether the connection to NATS is up.' },
    () => Number(connection?.isUp ?? false),
  );
  const reconnects = new Counter({
    registers: [registry],
    name: `${product}_nats_reconnects_total`,
    help: 'How often the connection to NATS was lost and mended.',
  });

  return {
    ...createRequestMetrics(registry, product),
    ...createStreamMetrics(registry, product),

    listener(_request, response) {
      registry.metrics().then(
        (text) => {
          response.writeHead(200, { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' });
          response.end(text);
        },
        (error: unknown) => {
          response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' });
          response.end(`${String(error)}\n`);
        },
      );
    },

    watchConnection(opened) {
      connection = opened;
      opened.onReconnect(() => reconnects.inc());
    },
  };
}
