/** Requests as metrics: how many, how they ended and how long they took, at both doors; and who follows the live events. */

import { Counter, Histogram, type Registry } from 'prom-client';
import type { HandledRequest } from '../../http/server/app.ts';
import type { EventFeed } from '../../http/events/event-feed.ts';
import type { HandledNatsRequest } from '../../nats/services/endpoints.ts';
import { defineGauge } from './gauge.ts';

export type RequestMetrics = {
  countHttpRequest(request: HandledRequest): void;
  countNatsRequest(request: HandledNatsRequest): void;
  countCommandRetry(): void;
  watchFeed(feed: Pick<EventFeed, 'size'>): void;
};

/** Seconds; an answer from memory takes less than one millisecond, one that waits for the log a few. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

export function createRequestMetrics(registry: Registry, product: string): RequestMetrics {
  const registers = [registry];
  const httpRequests = new Histogram({
    registers,
    name: `${product}_http_request_duration_seconds`,
    help: 'How long answers over HTTP took, without the sending of their bodies. `route` is empty where there is none.',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
  });
  const natsRequests = new Histogram({
    registers,
    name: `${product}_nats_request_duration_seconds`,
    help: 'How long answers to commands and queries over NATS took; `status` is what HTTP would say.',
    labelNames: ['subject', 'status'],
    buckets: durationBuckets,
  });
  const retries = new Counter({
    registers,
    name: `${product}_command_retries_total`,
    help: 'How often a command was decided again, because another writer came first.',
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
        { name: `${product}_sse_clients`, help: 'How many clients follow the live events.' },
        () => feed.size,
      );
    },
  };
}
