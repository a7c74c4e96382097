/** The composition root: one service as one process, from its environment to its clean end. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../core/decider.ts';
import type { AppOptions } from '../http/app.ts';
import { createRateLimiter } from '../http/rate-limit.ts';
import { answerStarting } from '../http/starting.ts';
import { createWriteGuard } from '../http/write-guard.ts';
import { connectUntilUp } from './boot.ts';
import { readConfig, type Config } from './config.ts';
import { openDoors } from './doors.ts';
import { openKeySet } from './key-set.ts';
import { followLiveConfig } from './live-config.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { pastListsOf, servePastLists } from './past-list-process.ts';
import { openLogs } from './service-logs.ts';
import { probeListener } from './probes.ts';
import { createReadiness } from './readiness.ts';
import { listen } from './server.ts';
import type { ServiceDefinition } from './service-definition.ts';
import { onShutdown } from './shutdown.ts';
import { openTracing } from './tracing.ts';

/** Milliseconds before its end by force when a process that stops waits no longer for a broker that is silent. */
const lastMs = 1_500;

/** What a launcher is told over the IPC channel once the service answers; ports that were 0 are known by then. */
export type ReadyMessage = {
  readonly type: 'ready';
  readonly httpPort: number;
  readonly probePort: number;
  /** The scope that a token must carry to write; undefined: writes need no token. */
  readonly writeScope?: string;
};

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
  const stopping = new AbortController();
  const readiness = createReadiness(config.readiness);
  /** What makes room for the end: streams without an end would hold it up. */
  const farewells: (() => void)[] = [];
  /** What has to be closed between the last answer and the end, in this order. */
  const closers: (() => unknown)[] = [];

  async function closeAll() {
    for (const close of closers) await close();
  }

  const whyNotReady = () => (stopping.signal.aborted ? 'stopping' : (pending ?? readiness.whyNot()));
  const tracing = await openTracing(name, config, log);
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
    stopping.abort();
    const enough = sleep(config.shutdownTimeoutMs - lastMs, undefined, { ref: false });
    for (const farewell of farewells) farewell();
    await http.close();
    await Promise.race([closeAll(), enough]);
    await tracing?.close();
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
    stopping: stopping.signal,
    report: (progress) => (pending = progress),
  });
  closers.unshift(logs.stop);
  const doors = await openDoors(definition, {
    config,
    log,
    connection,
    logs,
    metrics,
    tracing,
    rateLimiter,
    authorizeWrite,
    writeScope: auth && writeScope,
    title,
    onInternalError,
  });
  farewells.push(doors.sayFarewell);
  closers.unshift(doors.close);
  answer = doors.answer;
  pending = undefined;
  const ports = { httpPort: http.port, probePort: probes.port };
  const writes = auth === undefined ? 'need no token' : `need a token with the scope ${writeScope}`;
  log.info({ ...ports, position: logs.own.view.position, writes }, 'ready');
  process.send?.({ type: 'ready', ...ports, ...(auth && { writeScope }) } satisfies ReadyMessage);
}
