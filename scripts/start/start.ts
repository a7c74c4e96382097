import { fork, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { startLocalBroker } from '../../src/kit/launch/local-broker.ts';
import type { NatsServer } from '../../src/kit/launch/nats-server.ts';
import { connectAndProvision } from '../../src/kit/launch/provision-service.ts';
import { awaitReady, stopProcess } from '../../src/kit/launch/service-process.ts';
import { listStreamFiles } from '../../src/kit/nats/provisioning/provisioning.ts';
import type { ReadyMessage } from '../../src/kit/runtime/run.ts';
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

type Started = Omit<ReadyMessage, 'type'> & { readonly name: string };

/** Running processes. The services are stopped first, then the broker. */
const services: ChildProcess[] = [];
let broker: NatsServer | undefined;
let stopping: Promise<void> | undefined;

function stop(): Promise<void> {
  stopping ??= Promise.all(services.map(stopProcess)).then(() => broker?.stop());
  return stopping;
}

async function fail(error: unknown): Promise<never> {
  if (stopping === undefined) {
    process.stderr.write(`\nportside: ${messageOf(error)}\n`);
  }
  await stop();
  process.exit(1);
}

/** Returns an environment variable; an empty one counts as unset. */
function env(name: string): string | undefined {
  return process.env[name] || undefined;
}

async function startBroker(): Promise<NatsServer> {
  const found = await findNatsServer();
  if (found === undefined) throw new Error('nats-server not found; install it with `npm run setup`');
  return startLocalBroker(found.path, resolve(root, env('DATA_DIR') ?? 'data'), process.env);
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
  const ready = awaitReady(name, child);
  child.once('close', (code, signal) => {
    void fail(new Error(`the ${name} service exited (${signal ?? `code ${code}`})`));
  });
  return ready.then((message) => ({ name, ...message }));
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
  const streams = await listStreamFiles(resolve(root, 'streams'));
  await connectAndProvision(streams, { ...process.env, NATS_URL: url });
  if (stopping !== undefined) return;
  const started = await Promise.all(findServices().map((name) => startService(name, url)));
  process.stdout.write(describe(url, started));
}

if (process.argv.includes('--help') || process.argv.includes('-h')) process.stdout.write(help);
else await main().catch(fail);
