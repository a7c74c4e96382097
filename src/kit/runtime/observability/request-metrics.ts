import { Counter, Histogram, type Registry } from 'prom-client';
import type { HandledRequest } from '../../http/server/request-lifecycle.ts';
import type { EventFeed } from '../../http/events/event-feed.ts';
import type { HandledNatsRequest } from '../../nats/services/endpoints.ts';
import { defineGauge } from './gauge.ts';

export type RequestMetrics = {
  countHttpRequest(request: HandledRequest): void;
  countNatsRequest(request: HandledNatsRequest): void;
  countCommandRetry(): void;
  watchFeed(feed: Pick<EventFeed, 'size'>): void;
};

/** In seconds. A response from memory takes less than 1 ms, one that waits for the event log a few ms. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export function createRequestMetrics(registry: Registry, product: string): RequestMetrics {
  const registers = [registry];
  const httpRequests = new Histogram({
    registers,
    name: `${product}_http_request_duration_seconds`,
    help: 'Duration of HTTP requests without sending the response body, in seconds. `route` is empty if no route matched.',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
  });
  const natsRequests = new Histogram({
    registers,
    name: `${product}_nats_request_duration_seconds`,
    help: 'Duration of commands and queries over NATS, in seconds. `status` is the equivalent HTTP status.',
    labelNames: ['subject', 'status'],
    buckets: durationBuckets,
  });
  const retries = new Counter({
    registers,
    name: `${product}_command_retries_total`,
    help: 'Commands decided again because another writer was first.',
  });

  return {
    countHttpRequest({ method, route = '', status, milliseconds }) {
      httpRequests.observe({ method, route, status }, milliseconds / 1000);
    },
    countNatsRequest({ subject, status, milliseconds }) {
      natsRequests.observe({ subject, status }, milliseconds / 1000);
    },
    countCommandRetry: () => retries.inc(),
    watchFeed(feed) {
      defineGauge(
        registry,
        { name: `${product}_sse_clients`, help: 'Number of connected Server-Sent Events clients.' },
        () => feed.size,
      );
    },
  };
}
