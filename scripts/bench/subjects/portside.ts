/** Starts compiled Portside services and brokers for the benchmarks. */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connectToNats, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { provisionStreams } from '../../../src/kit/nats/provisioning/provisioning.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNatsServer } from '../../../src/kit/launch/nats-server.ts';
import { runNpm } from '../../setup/dependencies.mjs';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { startNodeServer, type ServerProcess, type ResourceScope } from '../child-processes.ts';

const root = new URL('../../..', import.meta.url);

export type Broker = {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
};

/** Interval at which messages are synced to disk. `always` syncs before each acknowledgement; `2m` is the server's default. */
export type SyncInterval = 'always' | '2m';

/** Starts a nats-server with both streams. It is stopped when the scope closes. */
export async function startBroker(scope: ResourceScope, syncInterval: SyncInterval): Promise<Broker> {
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('nats-server not found; run `npm run setup`');
  const dataDir = await scope.makeFolder();
  const server = await startNatsServer({ program, dataDir, port: 0, syncInterval });
  scope.defer(() => server.stop());
  const connection = await connectToNats({ url: server.url, name: 'bench' });
  scope.defer(() => connection.nc.close());
  await provisionStreams(connection.nc, fileURLToPath(new URL('streams', root)));
  const jsm = await jetstreamManager(connection.nc);
  return { url: server.url, pid: server.pid, dataDir, connection, jsm };
}

/** Compiles the services into `dist/`, as for production. */
export async function buildServices(): Promise<void> {
  await runNpm(['run', 'build', '--silent'], { cwd: fileURLToPath(root), env: process.env });
}

export type ServiceOptions = {
  readonly natsUrl: string;
  /** Default: `laptops`. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Called with each log line. */
  readonly onLine?: (line: string) => void;
};

/** Starts a replica of a service with production settings. Resolves when it is ready. */
export function startService(
  scope: ResourceScope,
  { natsUrl, name = 'laptops', env = {}, nodeArgs = [], onLine }: ServiceOptions,
): Promise<ServerProcess> {
  return startNodeServer(scope, new URL(`dist/${name}/main.js`, root), {
    nodeArgs: [...nodeArgs, ...profilerArgs(name)],
    ...(onLine && { onLine }),
    env: {
      NODE_ENV: 'production',
      NATS_URL: natsUrl,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      PROBE_PORT: '0',
      LOG_LEVEL: 'error',
      ...env,
    },
  });
}

/** Environment variable with the folder to which every replica writes a CPU profile on exit. */
export const profileFolderVariable = 'BENCH_CPU_PROF';

function profilerArgs(name: string): string[] {
  const folder = process.env[profileFolderVariable];
  return folder
    ? ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${randomUUID()}.cpuprofile`]
    : [];
}
