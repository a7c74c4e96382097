import { fork, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { describeDifference } from '../../src/kit/nats/provisioning/compare-stream.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../../src/kit/runtime/config/config-nats.ts';
import { readAccess } from '../../src/kit/runtime/config/config.ts';
import type { ReadyMessage } from '../../src/kit/runtime/run.ts';
import { startNatsServer, type NatsServer } from '../broker/nats-server.ts';
import { findNatsServer } from '../setup/programs/nats-server.mjs';
import { typescriptArgs } from '../typescript-args.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const help = `npm start

Runs a nats-server with JetStream, the laptop service and the port service on this machine, until Ctrl-C.

Environment:
  DATA_DIR     directory of the event log; default ./data
  NATS_PORT    client port of the broker; default 4222, 0 selects a free port
  NATS_MONITOR_PORT
               monitoring port of the broker, for npm run doctor; default 8222 (or 0 if NATS_PORT is 0), 0 selects a
               free port
  NATS_URL     use this broker instead of starting one
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
               credentials and TLS for the broker; for one service with the prefix LAPTOPS_ or PORTS_: see
               docs/security.md
  LAPTOPS_*    variables of the laptop service, for example LAPTOPS_HTTP_PORT=5080: HTTP_PORT (default 5000),
               PROBE_PORT (9000), LOG_LEVEL …
  PORTS_*      variables of the port service: HTTP_PORT (default 5001), PROBE_PORT (9001) …
  HTTP_HOST    address on which the services listen; default 127.0.0.1
  LOG_LEVEL    log level of both services; default warn
`;

/** Time for a service to exit before it is killed, in ms. The services' own limit is shorter. */
const stopTimeoutMs = 12_000;

type Started = Omit<ReadyMessage, 'type'> & { readonly name: string };

/** Running processes. The services are stopped first, then the broker. */
const services: ChildProcess[] = [];
let broker: NatsServer | undefined;
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= Promise.all(services.map(stopService)).then(() => broker?.stop());
  return stopping;
}

async function fail(error: unknown): Promise<never> {
  if (stopping === undefined) {
    process.stderr.write(`\nportside: ${error instanceof Error ? error.message : String(error)}\n`);
  }
  await stop();
  process.exit(1);
}

/** Returns an environment variable; an empty one counts as unset. */
function env(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** Reads a TCP port; 0 selects a free port. @throws Error that names the variable if it is not a port number. */
function readPort(name: string, defaultPort: number): number {
  const value = env(name) ?? String(defaultPort);
  if (!/^\d+$/.test(value) || Number(value) > 65_535)
    throw new Error(`${name}=${value} is not a port number`);
  return Number(value);
}

async function startBroker(): Promise<NatsServer> {
  const found = await findNatsServer();
  if (found === undefined) throw new Error('nats-server not found; install it with `npm run setup`');
  const dataDir = resolve(root, env('DATA_DIR') ?? 'data');
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `the data directory ${dataDir} is not writable (${String(error)}); set DATA_DIR to another one`,
      { cause: error },
    );
  }
  const port = readPort('NATS_PORT', 4222);
  // NATS_PORT=0 also selects a free monitoring port by default, so that neither port collides with another server.
  const monitorPort = readPort('NATS_MONITOR_PORT', port === 0 ? 0 : 8222);
  try {
    return await startNatsServer({ program: found.path, dataDir, port, monitorPort });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const portInUse = message.includes('monitor port')
      ? `port ${monitorPort} is in use: set NATS_MONITOR_PORT to another one (0 selects a free port)`
      : `port ${port} is in use: set NATS_PORT to another one (0 selects a free port), or NATS_URL to use the running server`;
    const hint = message.includes('address already in use')
      ? portInUse
      : 'DATA_DIR sets the data directory of nats-server';
    throw new Error(`${message}\n${hint}`, { cause: error });
  }
}

async function provision(natsUrl: string): Promise<void> {
  const access = readAccess({ ...process.env, NATS_URL: natsUrl });
  const { nc } = await connectToNats({ ...access, name: 'portside start' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, access), { cause: error });
  });
  try {
    for (const { name, result } of await provisionStreams(nc, resolve(root, 'streams'))) {
      if (result.outcome !== 'rejected') continue;
      const differences = result.differences.map(describeDifference).join('\n  ');
      throw new Error(
        `stream ${name} differs from its definition in streams/, and updating it could lose data:\n  ${differences}`,
      );
    }
  } finally {
    await nc.close();
  }
}

/** Returns the names of the streams that have a service of the same name in `src/`. */
function findServices(): string[] {
  return readdirSync(resolve(root, 'streams'))
    .map((file) => basename(file, '.json'))
    .filter((name) => existsSync(resolve(root, 'src', name, 'main.ts')))
    .toSorted();
}

/** Starts `src/<name>/main.ts` with the variables that have its prefix. Resolves when the service is ready. */
function startService(name: string, natsUrl: string): Promise<Started> {
  const prefix = `${name.toUpperCase()}_`;
  // Each service needs its own TCP ports, so HTTP_PORT and PROBE_PORT without a prefix are ignored.
  const { HTTP_PORT: _http, PROBE_PORT: _probe, ...shared } = process.env;
  const own = new Map(
    Object.entries(process.env)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const child = fork(resolve(root, `src/${name}/main.ts`), {
    execArgv: [...typescriptArgs],
    env: {
      HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ...shared,
      NATS_URL: natsUrl,
      ...Object.fromEntries(own),
    },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  services.push(child);
  // The service does not know the prefix, so it is added to the variable names in its error messages.
  const addPrefix = (variable: string) =>
    own.has(variable) || variable === 'HTTP_PORT' || variable === 'PROBE_PORT' ? prefix + variable : variable;
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) =>
      process.stderr.write(`${line.replaceAll(/\b[A-Z_]+\b/g, addPrefix)}\n`),
    );
  }
  return new Promise((started, reject) => {
    child.once('message', (message: ReadyMessage) => started({ name, ...message }));
    // Not 'exit': at that point, stderr may still contain unread lines.
    child.once('close', (code, signal) => {
      const error = new Error(`the ${name} service exited (${signal ?? `code ${code}`})`);
      reject(error);
      void fail(error);
    });
  });
}

function stopService(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((ended) => {
    const force = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    child.once('exit', () => {
      clearTimeout(force);
      ended();
    });
    child.kill('SIGTERM');
  });
}

function describe(natsUrl: string, started: readonly Started[]): string {
  const server = natsUrl === 'nats://127.0.0.1:4222' ? '' : `--server ${natsUrl} `;
  const line = ({ name, httpPort, probePort }: Started) =>
    `  ${name.padEnd(9)} http://localhost:${httpPort}/${name.padEnd(9)} probes http://localhost:${probePort}/readyz`;
  const protection = ({ name, writeScope }: Started) =>
    `${name}: ${writeScope === undefined ? 'writes need no token' : `writes need a token with ${writeScope}`}`;
  const monitoring = broker?.monitorUrl === undefined ? '' : `     monitoring ${broker.monitorUrl}`;
  const httpPort = started.find(({ name }) => name === 'laptops')?.httpPort;
  return `
Portside is running. Press Ctrl-C to stop it; the data is retained.

${started.map(line).join('\n')}
  NATS      ${natsUrl}${monitoring}
  access    ${started.map(protection).join('; ')}

Try:
  open http://localhost:${httpPort}/ in a browser (web console, updated live)
  curl -XPOST localhost:${httpPort}/laptops -H 'content-type: application/json' -d '{"id":1,"title":"Lenovo","model":"S3"}'
  nats ${server}pub laptops.events.2 '{"type":"LaptopAdded","title":"Apple","model":"MacBook Air (2022, M2)"}'
  nats ${server}sub 'laptops.events.>'
`;
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping === undefined) process.stdout.write('\nStopping …\n');
      void stop().then(() => process.exit(0));
    });
  }
  let natsUrl = env('NATS_URL');
  if (natsUrl === undefined) {
    broker = await startBroker();
    void broker.exited.then(() => stopping ?? fail('nats-server exited unexpectedly; the data is retained'));
    natsUrl = broker.url;
  }
  const url = natsUrl;
  await provision(url);
  if (stopping !== undefined) return;
  const started = await Promise.all(findServices().map((name) => startService(name, url)));
  process.stdout.write(describe(url, started));
}

if (process.argv.includes('--help') || process.argv.includes('-h')) process.stdout.write(help);
else await main().catch(fail);
