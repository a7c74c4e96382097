import type { RequestListener } from 'node:http';
import type { ServiceIdentity } from '../domain/product.ts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { describeService } from '../api/responses/service-description.ts';
import { joinResource } from '../eventlog/joined-resource.ts';
import { createKeyedQueue } from '../eventlog/keyed-queue.ts';
import type { ConsoleFiles } from '../http/docs/console-operations.ts';
import { documentOperations } from '../http/docs/document-operations.ts';
import { eventDocumentOperations } from '../http/docs/event-document-operations.ts';
import { createEventFeed } from '../http/events/event-feed.ts';
import { limitWaits } from '../http/protocol/wait-limit.ts';
import { entityOperations } from '../http/resource/entity-operations.ts';
import { createApp, type AppOptions } from '../http/server/app.ts';
import type { RateLimiter } from '../http/server/rate-limit.ts';
import { createReadListener, type ReadListenerOptions } from '../http/server/read-listener.ts';
import { createRouter } from '../http/server/router.ts';
import type { EndpointOptions } from '../http/server/endpoint.ts';
import type { Connection } from '../nats/connection/connection.ts';
import { snapshotInterval, type SnapshotInfo } from '../nats/snapshots/snapshots.ts';
import { readStreamDefinition } from '../nats/provisioning/provisioning.ts';
import { describeAcceptedPayload } from '../nats/rejections/describe-rejection.ts';
import { describeNatsApi } from '../nats/services/asyncapi.ts';
import { digestEndpoint } from '../nats/services/digest-endpoint.ts';
import { eventSubjects } from '../nats/stream/subjects.ts';
import { serveEndpoints } from '../nats/services/endpoints.ts';
import { entityEndpoints } from '../nats/services/entity-endpoints.ts';
import { historyEndpoint } from '../nats/services/history-endpoint.ts';
import type { Config } from './config/config.ts';
import { createAppendLatency } from './observability/append-latency.ts';
import { instrumentAppends } from './observability/instrumented-store.ts';
import { logRequest, replicaName, type Logger } from './observability/logger.ts';
import type { Metrics } from './observability/metrics.ts';
import { readSamples } from './samples.ts';
import { createExamination } from './observability/examination.ts';
import { describeSnapshot, localUrlOf, readBroker, readProcess } from './observability/replica-status.ts';
import { recordStatus } from './observability/status-history.ts';
import { createStatus } from './observability/status.ts';
import { createSystem } from './observability/system.ts';
import type { Tracing } from './observability/tracing/tracing.ts';
import { createPointInTimeLists } from './point-in-time/lists.ts';
import type { Service } from '../domain/service/service.ts';
import { createSources } from './sources.ts';
import { digestSources } from './stream/digest-sources.ts';
import type { ServiceProjections } from './stream/service-projections.ts';

export type TransportsOptions = {
  readonly identity: ServiceIdentity;
  readonly config: Config;
  readonly logger: Logger;
  readonly connection: Connection;
  readonly projections: ServiceProjections;
  /** Identifies the code of the service's folds. */
  readonly foldVersion: string;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly rateLimiter: RateLimiter;
  readonly authorizeWrite: EndpointOptions['authorizeWrite'];
  /** The scope that a token needs for writes; undefined if writes need no token. */
  readonly writeScope: string | undefined;
  readonly jsm: JetStreamManager;
  /** Returns the latest known snapshot of the service's own stream. */
  readSnapshot(): SnapshotInfo | undefined;
  /** The TCP port of the REST API. */
  readonly httpPort: number;
  /** Returns how late timers were in the last seconds, in ms. */
  eventLoopDelayMs(): number;
  /** Title of the API documents and the web console. */
  readonly title: string;
  readonly consoleFiles: ConsoleFiles;
  readonly onInternalError: AppOptions['onInternalError'];
};

/** The REST API and the NATS API, served from the same resource, transactor and views. */
export type Transports = {
  readonly respond: RequestListener;
  /** Ends all Server-Sent Events streams, and begins no further rows of requests that have several. */
  beginShutdown(): void;
  /** Stops accepting NATS requests, waits for those in flight and ends the point-in-time process. */
  close(): Promise<void>;
};

/** How long a command waits for the view to reach a position that exists in the stream, in ms. */
const catchUpTimeoutMs = 5_000;
/** How long a rejection may take to be confirmed, in ms. With the wait for the stream leaders, a command is rejected within 20 s. */
const confirmTimeoutMs = 15_000;

/** Resolves once NATS requests are served. The caller passes HTTP requests to `respond`. */
export async function openTransports(service: Service, options: TransportsOptions): Promise<Transports> {
  const { identity, config, logger, connection, projections, metrics, tracing, title, writeScope } = options;
  const { contract, module } = service;
  const { name, version, product } = identity;
  const { limits } = config;
  const { stream, view } = projections.own;
  metrics.watchAppends(stream);
  const appendLatency = createAppendLatency();
  const store = instrumentAppends(stream, projections.own.store, {
    latency: appendLatency,
    metrics,
    tracing,
  });

  const pointInTimeLists = createPointInTimeLists({
    module,
    stream,
    maxHeapMiB: config.pointInTimeMaxHeapMiB,
    logger,
  });
  const freshness = limitWaits(projections.freshness, limits.maxWaits);
  const feed = createEventFeed(view, store, config.maxFeedClients);
  metrics.watchFeed(feed);
  const resource = joinResource(service, projections.followed);
  const readStatus = createStatus({
    service: name,
    replica: replicaName(),
    version,
    natsUrl: localUrlOf(config.nats.url),
    traceUrl: config.traceUrl ?? null,
    freshness,
    view,
    feed,
    appendLatency,
    readProcess: () => readProcess(options.eventLoopDelayMs),
    snapshotEvery: () => snapshotInterval(config.snapshotEvery, view.size),
    readSnapshot: () => describeSnapshot(options.readSnapshot()),
    readBroker: () => readBroker(connection.nc, options.jsm, stream),
  });
  const stopping = new AbortController();
  const context = {
    bulkLimits: limits.bulk,
    stopping: stopping.signal,
    transactor: {
      decider: projections.decider,
      events: contract.events,
      view,
      store,
      queue: createKeyedQueue(),
      present: resource.presentExisting,
      followed: Object.values(projections.freshness.followed),
      catchUpTimeoutMs,
      confirmTimeoutMs,
      onRetry: metrics.countCommandRetry,
    },
    sources: createSources(contract.id),
    freshness,
    eventSchema: contract.events.event,
    eventTypes: Object.keys(contract.events.types),
    feed,
    listAsOf: pointInTimeLists.list,
    describeAccepted: describeAcceptedPayload(contract.events, eventSubjects(name, contract.id)),
    readStatus,
    readStatusHistory: recordStatus(readStatus),
    examine: createExamination(service, connection, options.jsm, () => ({
      snapshot: options.readSnapshot(),
      snapshotEvery: config.snapshotEvery,
      entities: view.size,
    })),
    samples: await readSamples(service),
    system: createSystem(connection),
  };
  const endpoints = [
    ...entityEndpoints(resource, context),
    historyEndpoint(resource, context),
    digestEndpoint(replicaName(), options.foldVersion, digestSources(service, projections)),
  ];
  const streamDefinition = await readStreamDefinition(contract.streamFile, name);
  const operations = [
    ...entityOperations(resource, context),
    ...eventDocumentOperations(
      describeNatsApi({
        title: `${title} over NATS`,
        name,
        nouns: resource.nouns,
        id: contract.id,
        version,
        events: contract.events,
        endpoints,
        stream: streamDefinition,
      }),
    ),
  ];
  const documents = documentOperations(
    operations,
    {
      title,
      version,
      description: `The REST API of the ${name} service.`,
      writeScope,
      id: contract.id,
      service: describeService(resource, operations),
    },
    options.consoleFiles,
  );
  const router = createRouter([...operations, ...documents], {
    id: contract.id,
    freshness,
    authorizeWrite: options.authorizeWrite,
  });
  const appOptions: ReadListenerOptions = {
    router,
    ...limits,
    rateLimiter: options.rateLimiter,
    beginSpan: tracing?.beginHttpSpan,
    onRequestHandled(request) {
      metrics.countHttpRequest(request);
      logRequest(logger, request);
    },
    onInternalError: options.onInternalError,
  };
  const app = createApp(appOptions).callback();
  const closeEndpoints = await serveEndpoints({
    nc: connection.nc,
    name,
    version,
    description: `The ${name} service of ${product.title}.`,
    endpoints,
    beginSpan: tracing?.beginNatsSpan,
    onSubscriptionRejected: (subject, error) =>
      logger.error({ subject, err: error }, 'subscription rejected; requests to the subject are not served'),
    onRequestFailed: (subject, error) =>
      logger.error({ subject, err: error }, 'cannot reply to NATS request'),
    onRequestHandled(request) {
      metrics.countNatsRequest(request);
      logRequest(logger, request);
    },
    status: () => ({
      replica: replicaName(),
      position: view.position,
      entities: view.size,
      rejected: view.rejectedCount,
      stream,
      memoryBytes: process.memoryUsage.rss(),
      eventLoopDelayMs: options.eventLoopDelayMs(),
      httpPort: options.httpPort,
      publicUrl: config.publicUrl ?? null,
    }),
  });

  return {
    respond: createReadListener(appOptions, app),
    beginShutdown() {
      stopping.abort();
      feed.close();
    },
    async close() {
      await closeEndpoints();
      pointInTimeLists.close();
    },
  };
}
