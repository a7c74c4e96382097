/** The composition root: one service as one process, from its environment to its clean end. */

import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { Decider, DomainEvent } from '../core/decider.ts';
import type { EventSchema } from '../core/event-schema.ts';
import type { EventStore } from '../core/event-store.ts';
import { createKeyedQueue } from '../core/keyed-queue.ts';
import { createView, type View } from '../core/view.ts';
import { answerStarting, createApp } from '../http/app.ts';
import type { Freshness } from '../http/consistency.ts';
import { entityRoutes, type Resource } from '../http/entity-routes.ts';
import { createCodec } from '../nats/codec.ts';
import { connectToNats, type Connection } from '../nats/connection.ts';
import { createEventStore } from '../nats/event-store.ts';
import { compareStream, describeDifference, readStreamDefinition } from '../nats/provisioning.ts';
import { replay, type Replay } from '../nats/replay.ts';
import { eventSubjects } from '../nats/subjects.ts';
import { readConfig, type Config, type ConfigDefaults } from './config.ts';
import { createLog, replicaName, type Log } from './log.ts';
import { probeListener } from './probes.ts';
import { listen } from './server.ts';
import { onShutdown } from './shutdown.ts';

/** All that is special about a service; the rest of this file serves any. */
export type ServiceDefinition<State, Command, Event extends DomainEvent, Add, Change> = {
  /** The service's name, the first token of its subjects, and the name of its file under `streams/`. */
  readonly name: string;
  readonly defaults: ConfigDefaults;
  readonly events: EventSchema<Event>;
  readonly decider: Decider<State, Command, Event>;
  readonly resource: Resource<State, Command, Add, Change>;
};

/** What a launcher is told over the IPC channel once the service answers; ports that were 0 are known by then. */
export type ReadyMessage = { readonly type: 'ready'; readonly httpPort: number; readonly probePort: number };

/** How long, in milliseconds, a command waits for the view to reach a position that the log is known to have. */
const catchUpTimeoutMs = 5_000;
/** The wait, in milliseconds, before NATS or a stream that is not as it should be is looked for again. */
const retryMs = 1_000;

/** Runs the service until it is told to stop; a start that fails says why and ends the process with code 1. */
export async function runService<
  State,
  Command,
  Event extends DomainEvent,
  Add extends { readonly id?: number | undefined },
  Change,
>(definition: ServiceDefinition<State, Command, Event, Add, Change>): Promise<void> {
  try {
    const config = readConfig(process.env, definition.defaults);
    const log = createLog(definition.name, config.logLevel);
    await start(definition, config, log);
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
>(
  definition: ServiceDefinition<State, Command, Event, Add, Change>,
  config: Config,
  log: Log,
): Promise<void> {
  const { name, decider, resource } = definition;
  const { httpHost: host, httpPort, probePort } = config;
  /** What this process still has to do before it answers; undefined once it does. */
  let pending: string | undefined = 'connecting to NATS';
  let stopping = false;
  let connection: Connection | undefined;
  let source: Replay | undefined;

  const probes = await listen({
    host,
    port: probePort,
    variable: 'PROBE_PORT',
    listener: probeListener({ started: () => pending, ready: () => (stopping ? 'stopping' : pending) }),
  });
  let answer = answerStarting(() => `The service is starting: ${pending}.`);
  const http = await listen({
    host,
    port: httpPort,
    variable: 'HTTP_PORT',
    listener: (...call) => answer(...call),
  });

  onShutdown(log, config.shutdownTimeoutMs, async () => {
    stopping = true;
    await http.close();
    await source?.stop();
    await connection?.nc.drain();
    await probes.close();
  });

  connection = await connectUntilUp(name, config, log);
  const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
  pending = 'waiting for its stream';
  const stream = await awaitStream(jsm, name, log);

  const subjects = eventSubjects(name);
  const codec = createCodec(definition.events, subjects);
  const store = createEventStore({ connection, jsm, stream, subjects, codec });
  const view = createView(decider);
  source = replay({
    connection,
    jsm,
    stream,
    after: 0,
    onMessage: (message, stored) => view.apply(codec.decode(message, stored)),
    onInterrupted: (reason) => log.warn({ reason, position: view.position }, 'the replay was interrupted'),
    onReplaced(detail) {
      // What was folded is not what the stream says now; only a new fold can be trusted.
      log.fatal({ detail }, 'the stream was replaced');
      process.exit(1);
    },
  });
  await catchUp(view, store, log, (progress) => (pending = progress));

  const transactor = { decider, view, store, queue: createKeyedQueue(), catchUpTimeoutMs };
  const freshness: Freshness = {
    get position() {
      return view.position;
    },
    get staleSince() {
      return connection?.downSince;
    },
    reached: view.reached,
    lastPosition: store.lastPosition,
  };
  answer = createApp({
    router: entityRoutes(resource, { transactor, freshness }),
    onAnswer: (answered) => log.debug(answered, 'answered'),
    onInternalError: (error, requestId) => log.error({ err: error, requestId }, 'a request failed'),
  }).callback();
  pending = undefined;
  log.info({ httpPort: http.port, probePort: probes.port, position: view.position }, 'ready');
  process.send?.({ type: 'ready', httpPort: http.port, probePort: probes.port } satisfies ReadyMessage);
}

/** Tries until a broker answers: at boot, a service and its broker may start in any order. */
async function connectUntilUp(name: string, { natsUrl, natsCreds }: Config, log: Log): Promise<Connection> {
  for (;;) {
    try {
      return await connectToNats(
        { url: natsUrl, name: `${name} ${replicaName()}`, credsFile: natsCreds },
        {
          onDown: () => log.warn('the connection to NATS is lost'),
          onUp: (server) => log.info({ server }, 'the connection to NATS is back'),
        },
      );
    } catch (error) {
      log.warn({ natsUrl, reason: String(error) }, 'cannot connect to NATS (NATS_URL); trying again');
      await sleep(retryMs);
    }
  }
}

/** Waits until the service's stream is there and is what its file says; returns its name. */
async function awaitStream(jsm: JetStreamManager, name: string, log: Log): Promise<string> {
  const wanted = await readStreamDefinition(new URL(`../../streams/${name}.json`, import.meta.url));
  for (;;) {
    try {
      const differences = (await compareStream(jsm, wanted))?.filter(
        ({ field }) => !ownToDeployment.has(field),
      );
      if (differences?.length === 0) return wanted.name;
      const reason = differences?.map(describeDifference).join('; ') ?? 'there is no such stream';
      log.error(
        { stream: wanted.name, reason },
        'the stream is not what its file says; run the provisioning',
      );
    } catch (error) {
      log.warn({ stream: wanted.name, reason: String(error) }, 'cannot ask for the stream; trying again');
    }
    await sleep(retryMs);
  }
}

/** What a deployment may choose for itself without changing what the stream means. */
const ownToDeployment: ReadonlySet<string> = new Set(['description', 'num_replicas']);

/** Waits until the view has applied what the stream held at boot. */
async function catchUp<State, Event extends DomainEvent>(
  view: View<State, Event>,
  store: EventStore<Event>,
  log: Log,
  report: (progress: string) => void,
): Promise<void> {
  const started = performance.now();
  const target = await retrying(store.lastPosition, (error) =>
    log.warn({ reason: String(error) }, 'cannot ask for the last position; trying again'),
  );
  report(`reading its stream, ${target} messages`);
  while (!(await view.reached(target, retryMs))) {
    report(`reading its stream, ${view.position} of ${target} messages`);
    log.info({ position: view.position, target }, 'catching up');
  }
  const milliseconds = Math.round(performance.now() - started);
  log.info({ position: view.position, rejected: view.rejectedCount, milliseconds }, 'caught up');
}

async function retrying<T>(attempt: () => Promise<T>, onFailure: (error: unknown) => void): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      onFailure(error);
      await sleep(retryMs);
    }
  }
}
