/** Portside as it is measured: compiled services, on a broker of the bench's own. */

import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { JetStreamManager } from '@nats-io/jetstream';
import { connectToNats, type Connection } from '../../src/kit/nats/connection/connection.ts';
import { provisionStreams } from '../../src/kit/nats/provisioning/provisioning.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNatsServer } from '../broker/nats-server.ts';
import { runNpm } from '../setup/dependencies.mjs';
import { findNatsServer } from '../setup/programs/nats-server.mjs';
import { serveNode, type Served, type Workshop } from './children.ts';

const root = new URL('../..', import.meta.url);

export type Broker = {
  readonly url: string;
  readonly pid: number;
  /** Where it keeps its data. */
  readonly dataDir: string;
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
};

/** When messages are forced to the disk: before each acknowledgement, or every two minutes (the server's default). */
export type SyncInterval = 'always' | '2m';

/** A server with both streams; it ends with the workshop. */
export async function startBroker(workshop: Workshop, syncInterval: SyncInterval): Promise<Broker> {
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('no nats-server: run `npm run setup`');
  const dataDir = await workshop.makeFolder();
  const server = await startNatsServer({ program, dataDir, port: 0, syncInterval });
  workshop.defer(() => server.stop());
  const connection = await connectToNats({ url: server.url, name: 'bench' });
  workshop.defer(() => connection.nc.close());
  await provisionStreams(connection.nc, fileURLToPath(new URL('streams', root)));
  const jsm = await jetstreamManager(connection.nc);
  return { url: server.url, pid: server.pid, dataDir, connection, jsm };
}

/** Compiles what a platform would run into `dist/`. */
export async function buildServices(): Promise<void> {
  await runNpm(['run', 'build', '--silent'], { cwd: fileURLToPath(root), env: process.env });
}

export type ServiceOptions = {
  readonly natsUrl: string;
  /** Default: `laptops`. */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  /** Is given each line of its log. */
  readonly onLine?: (line: string) => void;
};

/** A replica of a service, as it runs in production; resolves when it answers. */
export function startService(
  workshop: Workshop,
  { natsUrl, name = 'laptops', env = {}, nodeArgs = [], onLine }: ServiceOptions,
): Promise<Served> {
  return serveNode(workshop, new URL(`dist/${name}/main.js`, root), {
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

/** With this variable, every replica leaves a CPU profile in the folder that it names when it ends. */
export const profileFolderVariable = 'BENCH_CPU_PROF';

function profilerArgs(name: string): string[] {
  const folder = process.env[profileFolderVariable];
  return folder
    ? ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}-${randomUUID()}.cpuprofile`]
    : [];
}
