/** The composition root: one service as one process, from its environment to its clean end. */

import { jetstreamManager } from '@nats-io/jetstream';
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
import { createRateLimiter } from '../http/rate-limit.ts';
import { createRouter } from '../http/router.ts';
import { answerStarting } from '../http/starting.ts';
import { createWriteGuard } from '../http/write-guard.ts';
import { describeNatsDoor } from '../nats/asyncapi.ts';
import { serveEndpoints } from '../nats/endpoints.ts';
import { entityEndpoints } from '../nats/entity-endpoints.ts';
import { readStreamDefinition } from '../nats/provisioning.ts';
import { timeAppends } from './append-times.ts';
import { connectUntilUp, standardStreamFile } from './boot.ts';
import { readConfig, type Config } from './config.ts';
import { openKeySet } from './key-set.ts';
import { followLiveConfig } from './live-config.ts';
import { createLog, logAnswer, replicaName, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { pastListsOf, servePastLists } from './past-list-process.ts';
import { openLogs } from './service-logs.ts';
import { createPastLists } from './past-lists.ts';
import { probeListener } from './probes.ts';
import { createReadiness } from './readiness.ts';
import { listen } from './server.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { onShutdown } from './shutdown.ts';
import { sources } from './sources.ts';
import { createStatus } from './status.ts';
import { openTracing } from './tracing.ts';
import { readVersion } from './version.ts';

/** What a launcher is told over the IPC channel once the service answers; ports that were 0 are known by then. */
export type ReadyMessage = {
  readonly type: 'ready';
  readonly httpPort: number;
  readonly probePort: number;
  /** The scope that a token must carry to write; undefined: writes need no token. */
  readonly writeScope?: string;
};

/** How long, in milliseconds, a command waits for the view to reach a position that the log is known to have. */
const catchUpTimeoutMs = 5_000;

/** Runs the service until it is told to stop; a start that fails says why and ends the process with code 1. */
export async function runService<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
  Others,
>(definition: ServiceDefinition<State, Command, Event, Add, Change, Others>): Promise<void> {
  try {
    const config = readConfig(process.env, definition.defaults);
    const log = createLog(definition.name, config.logLevel);
    const past = pastListsOf();
    if (past === undefined) await start(definition, config, log);
    else servePastLists(definition, config, log, past);
  } catch (error) {
    process.stderr.write(`${definition.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

async function start<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
  Others,
>(
  definition: ServiceDefinition<State, Command, Event, Add, Change, Others>,
  config: Config,
  log: Log,
): Promise<void> {
  const { name } = definition;
  const { httpHost: host, httpPort, probePort, limits, auth } = config;
  const writeScope = `${name}:write`;
  /** What this process still has to do before it answers; undefined once it does. */
  let pending: string | undefined = 'connecting to NATS';
  let stopping = false;
  const readiness = createReadiness(config.readiness);
  /** What makes room for the end: streams without an end would hold it up. */
  const farewells: (() => void)[] = [];
  /** What has to be closed between the last answer and the end, in this order. */
  const closers: (() => unknown)[] = [];

  const whyNotReady = () => (stopping ? 'stopping' : (pending ?? readiness.whyNot()));
  const tracing = await openTracing(name, config, log);
  if (tracing !== undefined) closers.push(tracing.close);
  const metrics = createMetrics(name, () => whyNotReady() === undefined);
  const authorizeWrite =
    auth && createWriteGuard({ ...auth, keys: await openKeySet(auth.keys), scope: writeScope });
  // The ports come first: that one is taken should be said at once.
  const probes = await listen({
    host,
    port: probePort,
    variable: 'PROBE_PORT',
    listener: probeListener({ started: () => pending, ready: whyNotReady, metrics: metrics.listener }),
  });
  const title = `Portside: ${name}`;
  const onInternalError: AppOptions['onInternalError'] = (error, request) =>
    log.error({ err: error, ...request }, 'a request failed');
  let answer = answerStarting({
    title,
    describe: () => `The service is starting: ${pending}.`,
    onInternalError,
  });
  const http = await listen({
    host,
    port: httpPort,
    variable: 'HTTP_PORT',
    listener: (...call) => answer(...call),
    limits: limits.server,
    onRefused: () => log.warn({ maxConnections: limits.server.maxConnections }, 'a connection too many'),
  });
  onShutdown(log, config.shutdownTimeoutMs, async () => {
    stopping = true;
    for (const farewell of farewells) farewell();
    await http.close();
    for (const close of closers) await close();
    await probes.close();
  });

  const connection = await connectUntilUp(name, config, log, (progress) => (pending = progress));
  metrics.watchConnection(connection);
  // There is nobody to drain to when the broker is gone.
  closers.unshift(() => (connection.isUp ? connection.nc.drain() : connection.nc.close()));
  const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
  const rateLimiter = createRateLimiter(limits.rateLimit);
  closers.unshift(followLiveConfig(name, config, { connection, jsm, log, rateLimiter }).stop);
  const logs = await openLogs(definition, {
    connection,
    jsm,
    reader: name,
    log,
    observer: {
      ...metrics,
      onCaughtUp(each, view, milliseconds) {
        metrics.onCaughtUp(each, view, milliseconds);
        tracing?.traceFolds(each, view);
      },
    },
    snapshotEvery: config.snapshotEvery,
    readiness,
    report: (progress) => (pending = progress),
  });
  closers.unshift(logs.stop);
  const { stream, view } = logs.own;
  const { store: timed, times: appendTimes } = timeAppends(logs.own.store);
  const counted = metrics.countAppends(stream, timed);
  const store = tracing?.traceAppends(stream, counted) ?? counted;

  const pastLists = createPastLists<State>(stream, config.pastMaxHeapMiB, log);
  closers.unshift(pastLists.close);
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
  farewells.push(feed.close);
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
    readStatus: createStatus({ ...identity, freshness, view, feed, appendTimes }),
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
    writeScope: auth && writeScope,
  });
  const router = createRouter([...operations, ...explaining], { authorizeWrite });
  const answering: Omit<AppOptions, 'router'> = {
    ...limits,
    rateLimiter,
    beginSpan: tracing?.beginHttpSpan,
    onAnswer(answered) {
      metrics.countHttpAnswer(answered);
      logAnswer(log, answered);
    },
    onInternalError,
  };
  const application = createApp({ router, ...answering }).callback();
  answer = answerPlainReads(resource, context, answering, application);
  closers.unshift(
    await serveEndpoints({
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
    }),
  );
  pending = undefined;
  const ports = { httpPort: http.port, probePort: probes.port };
  const writes = auth === undefined ? 'need no token' : `need a token with the scope ${writeScope}`;
  log.info({ ...ports, position: view.position, writes }, 'ready');
  process.send?.({ type: 'ready', ...ports, ...(auth && { writeScope }) } satisfies ReadyMessage);
}
