import type { RequestListener } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { ServiceIdentity } from '../../domain/product.ts';
import type { Connection } from '../../nats/connection/connection.ts';
import { defineGauge } from './gauge.ts';
import { createStreamMetrics, type StreamMetrics } from './stream-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';

export type Metrics = RequestMetrics &
  StreamMetrics & {
    /** Serves all metrics in the Prometheus text format. */
    readonly listener: RequestListener;
    watchConnection(connection: Connection): void;
  };

/** Creates the Prometheus metrics of a service. `isReady` returns whether the process may receive traffic. */
export function createMetrics(
  { name, version, product: { name: product } }: ServiceIdentity,
  isReady: () => boolean,
): Metrics {
  const registry = new Registry();
  let connection: Connection | undefined;
  // Not `service`, because scrapers in Kubernetes set that label themselves.
  registry.setDefaultLabels({ service_name: name });
  // Default metrics of Node.js and the process: event loop lag, garbage collection, memory, CPU, file descriptors.
  collectDefaultMetrics({ register: registry });

  new Gauge({
    registers: [registry],
    name: `${product}_build_info`,
    help: 'Version of the service and of Node.js as labels; always 1.',
    labelNames: ['version', 'node_version'],
  }).set({ version, node_version: process.version }, 1);
  defineGauge(registry, { name: `${product}_ready`, help: '1 if /readyz passes, otherwise 0.' }, () =>
    Number(isReady()),
  );

  defineGauge(
    registry,
    { name: `${product}_nats_connected`, help: '1 if the process is connected to NATS, otherwise 0.' },
    () => Number(connection?.isUp ?? false),
  );
  const reconnects = new Counter({
    registers: [registry],
    name: `${product}_nats_reconnects_total`,
    help: 'Reconnects to NATS.',
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
