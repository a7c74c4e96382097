/** Starts compiled Portside services and brokers for the benchmarks. */

import { fileURLToPath } from 'node:url';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import { connectToNats, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { provisionStreams } from '../../../src/kit/nats/provisioning/provisioning.ts';
import { startNatsServer } from '../../../src/kit/launch/nats-server.ts';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { startNodeServer, type ServerProcess, type ResourceScope } from '../child-processes.ts';
import type { Bench } from '../rounds.ts';
import { thisCheckout, type Checkout } from './checkout.ts';

export type Broker = {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
};

/** Interval at which messages are synced to disk. `always` syncs before each acknowledgement; `2m` is the server's default. */
export const syncIntervals = ['always', '2m'] as const;
export type SyncInterval = (typeof syncIntervals)[number];

/** Names the parts of a scenario that differ in the sync interval. */
export const settingOf = (sync: SyncInterval) => `sync_interval: ${sync}`;

/** Starts a nats-server with both streams. It is stopped when the scope closes. */
export async function startBroker(scope: ResourceScope, syncInterval: SyncInterval): Promise<Broker> {
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('nats-server not found; run `npm run setup`');
  const dataDir = await scope.makeFolder();
  const server = await startNatsServer({ program, dataDir, port: 0, syncInterval });
  scope.defer(() => server.stop());
  const connection = await connectToNats({ url: server.url, name: 'bench' });
  scope.defer(() => connection.nc.close());
  await provisionStreams(connection.nc, fileURLToPath(new URL('streams', thisCheckout().root)));
  const jsm = await jetstreamManager(connection.nc);
  return { url: server.url, pid: server.pid, dataDir, connection, jsm };
}

export type ServiceOptions = {
  readonly natsUrl: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each log line. */
  readonly onLine?: (line: string) => void;
};

/** Starts a replica of the laptop service with production settings. Resolves when it is ready. */
export function startService(
  scope: ResourceScope,
  { root, nodeArgs }: Checkout,
  { natsUrl, env = {}, onLine }: ServiceOptions,
): Promise<ServerProcess> {
  return startNodeServer(scope, new URL('dist/laptops/main.js', root), {
    nodeArgs,
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

/** A replica with its own broker. */
export type Replica = {
  readonly suffix: string;
  readonly broker: Broker;
  readonly server: ServerProcess;
};

/**
 * Starts a replica of each checkout, each with its own broker, so that none replays the events of another one.
 *
 * @param prepare fills the broker before the replica starts
 */
export function startReplicas(
  { scope, checkouts }: Pick<Bench, 'scope' | 'checkouts'>,
  sync: SyncInterval,
  prepare: (connection: NatsConnection) => Promise<void> = () => Promise.resolve(),
): Promise<Replica[]> {
  return Promise.all(
    checkouts.map(async (checkout) => {
      const broker = await startBroker(scope, sync);
      await prepare(broker.connection.nc);
      const server = await startService(scope, checkout, { natsUrl: broker.url });
      return { suffix: checkout.suffix, broker, server };
    }),
  );
}
