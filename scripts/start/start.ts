/** `npm start`: a broker, its streams, and both services on this machine, until Ctrl-C. */

import { fork, type ChildProcess } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { describeDifference, provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { explainConnectFailure } from '../../src/kit/runtime/config/config-nats.ts';
import { readAccess } from '../../src/kit/runtime/config/config.ts';
import type { ReadyMessage } from '../../src/kit/runtime/run.ts';
import { startNatsServer, type NatsServer } from '../broker/nats-server.ts';
import { findNatsServer } from '../setup/programs/nats-server.mjs';
import { typescriptArgs } from '../typescript-args.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const help = `npm start: a nats-server with JetStream, the laptop service and the port service, until Ctrl-C.

Environment:
  DATA_DIR     where the event log lies; default ./data
  NATS_PORT    the broker's port; default 4222, 0 for any free one
  NATS_MONITOR_PORT
               the port of the broker's monitoring, for npm run doctor; default 8222 (any free one when NATS_PORT is
               0), 0 for any free one
  NATS_URL     use this broker and start none
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
               who asks there, and whom to trust; with LAPTOPS_ or PORTS_ before it, of one service: docs/security.md
  LAPTOPS_*    HTTP_PORT (5000), PROBE_PORT (9000), LOG_LEVEL … of the laptop service: LAPTOPS_HTTP_PORT=5080
  PORTS_*      the same of the port service: HTTP_PORT (5001), PROBE_PORT (9001)
  HTTP_HOST    the address the services listen on; default 127.0.0.1
  LOG_LEVEL    of both services; default warn
`;

/** Milliseconds that a service may take to end before it is killed; its own limit is shorter. */
const stopTimeoutMs = 12_000;

type Started = Omit<ReadyMessage, 'type'> & { readonly name: string };

/** What runs at the moment; ended in the reverse order. */
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

/** An environment variable; an empty one counts as unset. */
function env(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** @throws Error naming the variable when it is not a TCP port; 0 means any free one. */
function readPort(name: string, usual: number): number {
  const given = env(name) ?? String(usual);
  if (!/^\d+$/.test(given) || Number(given) > 65_535)
    throw new Error(`${name}=${given} is not a port number`);
  return Number(given);
}

async function startBroker(): Promise<NatsServer> {
  const found = await findNatsServer();
  if (found === undefined) throw new Error('there is no nats-server; `npm run setup` gets one');
  const dataDir = resolve(root, env('DATA_DIR') ?? 'data');
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    throw new Error(
      `the data folder ${dataDir} cannot be written (${String(error)}); set DATA_DIR to another one`,
      { cause: error },
    );
  }
  const port = readPort('NATS_PORT', 4222);
  // Whoever takes any port wants to collide with nobody.
  const monitorPort = readPort('NATS_MONITOR_PORT', port === 0 ? 0 : 8222);
  try {
    return await startNatsServer({ program: found.path, dataDir, port, monitorPort });
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const takenPort = words.includes('monitor port')
      ? `port ${monitorPort} is taken: set NATS_MONITOR_PORT to another one (0: any)`
      : `port ${port} is taken: set NATS_PORT to another one (0: any), or NATS_URL to use the server that is there`;
    const hint = words.includes('address already in use')
      ? takenPort
      : 'DATA_DIR names the folder of its data';
    throw new Error(`${words}\n${hint}`, { cause: error });
  }
}

async function provision(natsUrl: string): Promise<void> {
  const access = readAccess({ ...process.env, NATS_URL: natsUrl });
  const { nc } = await connectToNats({ ...access, name: 'portside start' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, access), { cause: error });
  });
  try {
    for (const { name, result } of await provisionStreams(nc, resolve(root, 'streams'))) {
      if (result.outcome !== 'refused') continue;
      const differences = result.differences.map(describeDifference).join('\n  ');
      throw new Error(
        `stream ${name} is not what streams/ says, and a change could lose data:\n  ${differences}`,
      );
    }
  } finally {
    await nc.close();
  }
}

/** Every stream has a service of the same name, unless nobody wrote one. */
function findServices(): string[] {
  return readdirSync(resolve(root, 'streams'))
    .map((file) => basename(file, '.json'))
    .filter((name) => existsSync(resolve(root, 'src', name, 'main.ts')))
    .toSorted();
}

/** Starts `src/<name>/main.ts` with the variables that carry its prefix; resolves when it answers. */
function startService(name: string, natsUrl: string): Promise<Started> {
  const prefix = `${name.toUpperCase()}_`;
  // Ports belong to one service: without a prefix they would collide.
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
  // The service knows nothing of the prefix: in its last words, a variable gets the name that it has here.
  const rename = (variable: string) =>
    own.has(variable) || variable === 'HTTP_PORT' || variable === 'PROBE_PORT' ? prefix + variable : variable;
  if (child.stderr !== null) {
    createInterface(child.stderr).on('line', (line) =>
      process.stderr.write(`${line.replaceAll(/\b[A-Z_]+\b/g, rename)}\n`),
    );
  }
  return new Promise((started, reject) => {
    child.once('message', (message: ReadyMessage) => started({ name, ...message }));
    // Not 'exit': the last words may still be on their way then.
    child.once('close', (code, signal) => {
      const error = new Error(`the ${name} service ended (${signal ?? `code ${code}`})`);
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
Portside is up. Ctrl-C stops it; the data stays.

${started.map(line).join('\n')}
  NATS      ${natsUrl}${monitoring}
  access    ${started.map(protection).join('; ')}

Try:
  open http://localhost:${httpPort}/ in a browser: the laptops, live
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
    void broker.exited.then(() => stopping ?? fail('the nats-server ended by itself; the data is kept'));
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
