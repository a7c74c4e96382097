/** The doors of a service that has caught up: REST and NATS, made of the same resource, the same transactor and the same views. */

import type { RequestListener } from 'node:http';
import type { DomainEvent } from '../core/decider.ts';
import { createKeyedQueue } from '../core/keyed-queue.ts';
import { joinResource } from '../core/joined-resource.ts';
import { createApp, type AppOptions } from '../http/app.ts';
import { boundWaits } from '../http/bounded-waits.ts';
import { documentOperations } from '../http/document-operations.ts';
import { entityOperations } from '../http/entity-operations.ts';
import { eventDocumentOperations } from '../http/event-document-operations.ts';
import { createEventFeed } from '../http/event-feed.ts';
import { answerPlainReads } from '../http/plain-reads.ts';
import type { RateLimiter } from '../http/rate-limit.ts';
import { createRouter, type RouterOptions } from '../http/router.ts';
import { describeNatsDoor } from '../nats/asyncapi.ts';
import type { Connection } from '../nats/connection.ts';
import { serveEndpoints } from '../nats/endpoints.ts';
import { entityEndpoints } from '../nats/entity-endpoints.ts';
import { readStreamDefinition } from '../nats/provisioning.ts';
import { timeAppends } from './append-times.ts';
import { standardStreamFile } from './boot.ts';
import type { Config } from './config.ts';
import { logAnswer, replicaName, type Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createPastLists } from './past-lists.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { ServiceLogs } from './service-logs.ts';
import { sources } from './sources.ts';
import { createStatus } from './status.ts';
import type { Tracing } from './tracing.ts';
import { readVersion } from './version.ts';

export type DoorsOptions<State, Command, Event extends DomainEvent> = {
  readonly config: Config;
  readonly log: Log;
  readonly connection: Connection;
  readonly logs: ServiceLogs<State, Command, Event>;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly rateLimiter: RateLimiter;
  readonly authorizeWrite: RouterOptions['authorizeWrite'];
  /** The scope that a token must carry to write; undefined: writes need no token. */
  readonly writeScope: string | undefined;
  /** What the documents and the page are called. */
  readonly title: string;
  readonly onInternalError: AppOptions['onInternalError'];
};

export type Doors = {
  /** The REST door. */
  readonly answer: RequestListener;
  /** Ends the streams that have no end of their own. */
  sayFarewell(): void;
  /** Takes no new request over NATS, waits for those under way, and ends what works for the doors. */
  close(): Promise<void>;
};

/** How long, in milliseconds, a command waits for the view to reach a position that the log is known to have. */
const catchUpTimeoutMs = 5_000;

/** Resolves once the NATS door is open; the REST door is the caller's to open. */
export async function openDoors<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
  Others,
>(
  definition: ServiceDefinition<State, Command, Event, Add, Change, Others>,
  options: DoorsOptions<State, Command, Event>,
): Promise<Doors> {
  const { config, log, connection, logs, metrics, tracing, title, writeScope } = options;
  const { name } = definition;
  const { limits } = config;
  const { stream, view } = logs.own;
  const { store: timed, times: appendTimes } = timeAppends(logs.own.store);
  const counted = metrics.countAppends(stream, timed);
  const store = tracing?.traceAppends(stream, counted) ?? counted;

  const pastLists = createPastLists<State>(stream, config.pastMaxHeapMiB, log);
  const transactor = {
    decider: logs.decider,
    view,
    store,
    queue: createKeyedQueue(),
    followed: Object.values(logs.freshness.followed),
    catchUpTimeoutMs,
    onRetry: metrics.countCommandRetry,
  };
  const freshness = boundWaits(logs.freshness, limits.maxWaits);
  const feed = createEventFeed(view, store, config.maxFeedClients);
  metrics.watchFeed(feed);
  const version = readVersion();
  const identity = { service: name, replica: replicaName(), version };
  const context = {
    transactor,
    sources,
    freshness,
    eventSchema: definition.events.event,
    eventTypes: Object.keys(definition.events.types),
    feed,
    pastList: pastLists.list,
    readStatus: createStatus({
      ...identity,
      traceUrl: config.traceUrl ?? null,
      freshness,
      view,
      feed,
      appendTimes,
    }),
  };
  const resource = joinResource(definition.resource, logs.followed);
  const endpoints = entityEndpoints(resource, context);
  const streamDefinition = await readStreamDefinition(definition.streamFile ?? standardStreamFile(name));
  const operations = [
    ...entityOperations(resource, context),
    ...eventDocumentOperations(() =>
      describeNatsDoor({
        name,
        noun: resource.noun,
        version,
        events: definition.events,
        endpoints,
        stream: streamDefinition,
      }),
    ),
  ];
  const explaining = documentOperations(operations, {
    title,
    version,
    description: `The REST door of the ${name} service.`,
    writeScope,
  });
  const router = createRouter([...operations, ...explaining], {
    authorizeWrite: options.authorizeWrite,
  });
  const answering: Omit<AppOptions, 'router'> = {
    ...limits,
    rateLimiter: options.rateLimiter,
    beginSpan: tracing?.beginHttpSpan,
    onAnswer(answered) {
      metrics.countHttpAnswer(answered);
      logAnswer(log, answered);
    },
    onInternalError: options.onInternalError,
  };
  const application = createApp({ router, ...answering }).callback();
  const answer = answerPlainReads(resource, context, answering, application);
  const closeEndpoints = await serveEndpoints({
    nc: connection.nc,
    name,
    version,
    endpoints,
    beginSpan: tracing?.beginNatsSpan,
    onAnswer(answered) {
      metrics.countNatsAnswer(answered);
      logAnswer(log, answered);
    },
    status: () => ({
      replica: replicaName(),
      position: view.position,
      entities: view.size,
      rejected: view.rejectedCount,
    }),
  });

  return {
    answer,
    sayFarewell: feed.close,
    async close() {
      await closeEndpoints();
      pastLists.close();
    },
  };
}
