import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { messageOf } from '../domain/error-message.ts';
import { defaultProduct, createProduct, type ServiceIdentity } from '../domain/product.ts';
import type { Service } from '../domain/service/service.ts';
import { createStartingApp } from '../http/docs/starting-app.ts';
import type { AppOptions } from '../http/server/app.ts';
import { listen } from '../http/server/listen.ts';
import { createRateLimiter } from '../http/server/rate-limit.ts';
import { createWriteGuard } from '../http/server/write-guard.ts';
import type { SnapshotInfo } from '../nats/snapshots/snapshots.ts';
import { readConfig, type Config } from './config/config.ts';
import { openKeySet } from './config/key-set.ts';
import { followLiveConfig } from './config/live-config.ts';
import { readConsoleFiles } from './console/console-files.ts';
import { watchEventLoopDelay } from './observability/event-loop-delay.ts';
import { createLogger, type Logger } from './observability/logger.ts';
import { createMetrics } from './observability/metrics.ts';
import { openTracing } from './observability/tracing/open-tracing.ts';
import { probeListener } from './probes.ts';
import { foldVersionOf } from './fold-version.ts';
import { createReadiness } from './readiness.ts';
import { readVersion } from './package-version.ts';
import { onShutdown } from './shutdown.ts';
import { announceOwnRejections } from './stream/announcements.ts';
import { connectUntilUp } from './stream/boot.ts';
import { openProjections } from './stream/service-projections.ts';
import { openTransports } from './transports.ts';

/**
 * Time reserved at the end of the shutdown timeout for exporting spans and closing the probe server, in ms. When it begins,
 * the shutdown stops waiting for a broker that does not respond.
 */
const brokerGraceMs = 1_500;

/** Sent over the IPC channel once the service accepts requests. Contains the actual ports, even if configured as 0. */
export type ReadyMessage = {
  readonly type: 'ready';
  readonly httpPort: number;
  readonly probePort: number;
  /** The scope that a token needs for writes; undefined if writes need no token. */
  readonly writeScope?: string;
};

/** Runs the service until SIGTERM or SIGINT. If startup fails, prints the error to standard error and exits with code 1. */
export async function runService(service: Service): Promise<void> {
  const { name } = service.contract;
  try {
    const config = readConfig(process.env, service.defaults);
    await start(service, config, createLogger(name, config.logLevel));
  } catch (error) {
    process.stderr.write(`${name}: ${messageOf(error)}\n`);
    process.exit(1);
  }
}

async function start(service: Service, config: Config, logger: Logger): Promise<void> {
  const { name } = service.contract;
  const version = readVersion(service.version);
  const product = service.product === undefined ? defaultProduct : createProduct(service.product);
  const identity: ServiceIdentity = { name, version, product };
  const { httpHost: host, httpPort, probePort, limits, auth } = config;
  const writeScope = `${name}:write`;
  /** Current startup step; undefined once the service accepts requests. */
  let pending: string | undefined = 'connecting to NATS';
  const stopping = new AbortController();
  const readiness = createReadiness(config.readiness);
  /** Called when a shutdown begins, to end responses that the HTTP server would otherwise wait for. */
  const shutdownHooks: (() => void)[] = [];
  /** Called in this order after the last response. */
  const closers: (() => unknown)[] = [];

  async function closeAll() {
    for (const close of closers) await close();
  }

  const notReadyReason = () =>
    stopping.signal.aborted ? 'stopping' : (pending ?? readiness.notReadyReason());
  const tracing = await openTracing(identity, config, logger);
  const metrics = createMetrics(identity, () => notReadyReason() === undefined);
  const authorizeWrite =
    auth &&
    createWriteGuard({
      ...auth,
      keys: await openKeySet(auth.keys),
      scope: writeScope,
      realm: product.name,
    });
  // The ports are opened first, so that startup fails immediately if a port is in use.
  const probes = await listen({
    host,
    port: probePort,
    variable: 'PROBE_PORT',
    listener: probeListener({ started: () => pending, ready: notReadyReason, metrics: metrics.listener }),
  });
  const title = `${product.title}: ${name}`;
  const onInternalError: AppOptions['onInternalError'] = (error, request) =>
    logger.error({ err: error, ...request }, 'request failed');
  const consoleFiles = readConsoleFiles();
  let respond = createStartingApp({
    title,
    consoleFiles,
    describe: () => `The service is starting: ${pending}.`,
    onInternalError,
  });
  const http = await listen({
    host,
    port: httpPort,
    variable: 'HTTP_PORT',
    listener: (...call) => respond(...call),
    limits: limits.server,
    onConnectionRejected: () =>
      logger.warn({ maxConnections: limits.server.maxConnections }, 'connection limit reached'),
  });
  onShutdown(logger, config.shutdownTimeoutMs, async () => {
    stopping.abort();
    const brokerTimeout = sleep(config.shutdownTimeoutMs - brokerGraceMs, undefined, { ref: false });
    for (const hook of shutdownHooks) hook();
    await http.close();
    await Promise.race([closeAll(), brokerTimeout]);
    await tracing?.close();
    await probes.close();
  });

  const foldVersion = foldVersionOf(service);
  // Awaited after the connection, which takes longer.
  foldVersion.catch(() => undefined);
  const connection = await connectUntilUp(name, config, logger, (progress) => (pending = progress));
  metrics.watchConnection(connection);
  // Draining needs a connected broker.
  closers.unshift(() => (connection.isUp ? connection.nc.drain() : connection.nc.close()));
  const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
  const rateLimiter = createRateLimiter(limits.rateLimit);
  closers.unshift(followLiveConfig(identity, config, { connection, jsm, logger, rateLimiter }).stop);
  const snapshots = new Map<string, SnapshotInfo | undefined>();
  const projections = await openProjections(service, {
    connection,
    jsm,
    reader: name,
    foldVersion: await foldVersion,
    logger,
    product,
    version,
    observer: {
      ...metrics,
      onSnapshot(stream, snapshot) {
        metrics.onSnapshot(stream, snapshot);
        snapshots.set(stream, snapshot);
      },
      onCaughtUp(stream, view, milliseconds) {
        metrics.onCaughtUp(stream, view, milliseconds);
        tracing?.traceFolds(stream, view);
      },
    },
    snapshotEvery: config.snapshotEvery,
    readiness,
    stopping: stopping.signal,
    report: (progress) => (pending = progress),
  });
  closers.unshift(projections.stop);
  closers.unshift(announceOwnRejections(service, projections, { connection, jsm, logger }).stop);
  const transports = await openTransports(service, {
    identity,
    config,
    logger,
    connection,
    projections,
    foldVersion: await foldVersion,
    metrics,
    tracing,
    rateLimiter,
    authorizeWrite,
    writeScope: auth && writeScope,
    jsm,
    readSnapshot: () => snapshots.get(projections.own.stream),
    httpPort: http.port,
    eventLoopDelayMs: watchEventLoopDelay(),
    title,
    consoleFiles,
    onInternalError,
  });
  shutdownHooks.push(transports.beginShutdown);
  closers.unshift(transports.close);
  respond = transports.respond;
  pending = undefined;
  const ports = { httpPort: http.port, probePort: probes.port };
  const writes = auth === undefined ? 'no token required' : `token with scope ${writeScope} required`;
  logger.info({ ...ports, position: projections.own.view.position, writes }, 'ready');
  process.send?.({ type: 'ready', ...ports, ...(auth && { writeScope }) } satisfies ReadyMessage);
}
