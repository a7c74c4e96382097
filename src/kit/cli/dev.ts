import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { messageOf } from '../domain/error-message.ts';
import type { Service } from '../domain/service/service.ts';
import { findNatsServer } from '../launch/find-nats-server.ts';
import { loadService } from '../launch/load-service.ts';
import { startLocalBroker } from '../launch/local-broker.ts';
import type { NatsServer } from '../launch/nats-server.ts';
import { provisionService } from '../launch/provision-service.ts';
import { awaitReady, forkService, stopProcess } from '../launch/service-process.ts';
import type { ReadyMessage } from '../runtime/run.ts';
import { parseArguments, type Command } from './command.ts';
import { readModuleArgument } from './module-argument.ts';

const help = `portside dev MODULE

Runs a nats-server with JetStream and the service that MODULE exports (a compiled module, such as dist/service.js), until
Ctrl-C. Creates the stream of the service and, on its own nats-server, those that it follows. The data is retained.

Environment variables:
  NATS_SERVER         the nats-server to run; default: the first one on PATH
  DATA_DIR            data directory of the nats-server; default .portside
  NATS_PORT           client port of the nats-server; default 4222, 0 selects a free port
  NATS_MONITOR_PORT   its monitoring port; default 8222 (or 0 if NATS_PORT is 0), 0 selects a free port
  NATS_URL            use this server instead of starting one; followed streams must exist on it
  HTTP_PORT           port of the service; default: that of its definition, 0 selects a free port
  PROBE_PORT          port of its probes and metrics; as HTTP_PORT
  HTTP_HOST           address on which the service listens; default 127.0.0.1
  LOG_LEVEL           default warn
The service reads its other variables as usual.
`;

export const dev: Command = { help, run };

async function run(args: string[]): Promise<void> {
  const { positionals } = parseArguments(args, {});
  await runLocally(await loadService(readModuleArgument(positionals)));
}

/** Resolves when the service is ready. Ends the process on SIGINT, SIGTERM and SIGHUP, or if the server or the service exits. */
async function runLocally(service: Service): Promise<void> {
  const { name } = service.contract;
  let broker: NatsServer | undefined;
  let child: ChildProcess | undefined;
  let stopping: Promise<void> | undefined;

  /** Stops the service, then the broker, and exits. */
  function stop(code: number): Promise<void> {
    stopping ??= (async () => {
      if (child !== undefined) await stopProcess(child);
      await broker?.stop();
      process.exit(code);
    })();
    return stopping;
  }

  async function fail(error: unknown): Promise<void> {
    if (stopping === undefined) {
      process.stderr.write(`portside dev: ${messageOf(error)}\n`);
    }
    await stop(1);
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping === undefined) process.stdout.write('\nStopping …\n');
      void stop(0);
    });
  }
  try {
    if (!process.env['NATS_URL']) {
      const dataDir = resolve(process.env['DATA_DIR'] || '.portside');
      broker = await startLocalBroker(await findNatsServer(), dataDir, process.env);
      void broker.exited.then(() => fail(new Error('nats-server exited unexpectedly; the data is retained')));
    }
    const env = {
      HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ...process.env,
      ...(broker && { NATS_URL: broker.url }),
    };
    for (const stream of await provisionService(service, env, broker === undefined ? 'fail' : 'create')) {
      process.stdout.write(`Created the stream ${stream}, empty: the ${name} service follows it.\n`);
    }
    // A signal may have arrived before the process exists that it has to stop.
    if (stopping !== undefined) return;
    child = forkService(service.module, env, ['ignore', 'inherit', 'inherit', 'ipc']);
    const ready = await awaitReady(name, child);
    child.once('exit', (code) => void fail(new Error(`the ${name} service exited with code ${code}`)));
    process.stdout.write(describe(name, ready, env.NATS_URL ?? '', broker?.monitorUrl));
  } catch (error) {
    await fail(error);
  }
}

function describe(
  name: string,
  { httpPort, probePort }: ReadyMessage,
  natsUrl: string,
  monitorUrl: string | undefined,
): string {
  const url = `http://localhost:${httpPort}`;
  return `
The ${name} service is running. Press Ctrl-C to stop it; the data is retained.

  console   ${url}/
  REST      ${url}/${name}
  API docs  ${url}/docs
  probes    http://localhost:${probePort}/readyz
  NATS      ${natsUrl}${monitorUrl === undefined ? '' : `     monitoring ${monitorUrl}`}
`;
}
