/** What Prometheus is told about a service, whichever it is: here about the process, in the two files beside about its work. */

import type { RequestListener } from 'node:http';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Connection } from '../nats/connection.ts';
import { defineGauge } from './gauge.ts';
import { createLogMetrics, type LogMetrics } from './log-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { readVersion } from './version.ts';

export type Metrics = RequestMetrics &
  LogMetrics & {
    /** Answers with all metrics, in Prometheus' text format. */
    readonly listener: RequestListener;
    watchConnection(connection: Connection): void;
  };

/** @param isReady whether the process may get traffic. */
export function createMetrics(service: string, isReady: () => boolean): Metrics {
  const registry = new Registry();
  let connection: Connection | undefined;
  // Not `service`: in Kubernetes that is what a scraper says of its target.
  registry.setDefaultLabels({ service_name: service });
  // Node's and the process's own: event loop lag, garbage collection, memory, CPU, files.
  collectDefaultMetrics({ register: registry });

  new Gauge({
    registers: [registry],
    name: 'portside_build_info',
    help: 'Which Portside runs, on which Node; always 1.',
    labelNames: ['version', 'node_version'],
  }).set({ version: readVersion(), node_version: process.version }, 1);
  defineGauge(
    registry,
    { name: 'portside_ready', help: 'Whether the process may get traffic, as /readyz says.' },
    () => Number(isReady()),
  );

  defineGauge(
    registry,
    { name: 'portside_nats_connected', help: 'Whether the connection to NATS is up.' },
    () => Number(connection?.isUp ?? false),
  );
  const reconnects = new Counter({
    registers: [registry],
    name: 'portside_nats_reconnects_total',
    help: 'How often the connection to NATS was lost and mended.',
  });

  return {
    ...createRequestMetrics(registry),
    ...createLogMetrics(registry),

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
