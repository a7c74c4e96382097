/** Starts a nats-server for one test file, on a free port and with its data in a temporary folder. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import {
  startNatsServer,
  type NatsServer,
  type NatsServerOptions,
} from '../../../src/kit/launch/nats-server.ts';
import { findNatsServer } from '../../../scripts/setup/programs/nats-server.mjs';
import { connectToNats, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { provisionStreams } from '../../../src/kit/nats/provisioning/provisioning.ts';

export type TestBroker = {
  /** Stays the same across restarts. */
  readonly url: string;
  /** Monitoring endpoint of the current server process; undefined without a `monitorPort`. */
  readonly monitorUrl: string | undefined;
  /** Process id of the current server process. */
  readonly pid: number;
  /** Folder of the server's configuration and data. */
  readonly dataDir: string;
  /** Sends SIGKILL, to simulate a crash. */
  kill(): Promise<void>;
  /** Starts the server again with the same data, by default on the same port. */
  restart(otherPort?: number): Promise<void>;
  /** Stops the server and removes its data. */
  close(): Promise<void>;
};

/** Optional settings. Without them, a standalone server starts. */
export type TestBrokerOptions = Pick<
  NatsServerOptions,
  'serverName' | 'configuration' | 'env' | 'monitorPort' | 'syncInterval'
>;

export async function startTestBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('nats-server not found: run `npm run setup`');
  const dataDir = await mkdtemp(join(tmpdir(), 'portside-broker-'));
  let server: NatsServer = await startNatsServer({ ...options, program, dataDir, port: 0 });
  const { port, url } = server;

  return {
    url,
    get monitorUrl() {
      return server.monitorUrl;
    },
    get pid() {
      return server.pid;
    },
    dataDir,
    kill: () => server.stop('SIGKILL'),
    async restart(otherPort = port) {
      server = await startNatsServer({ ...options, program, dataDir, port: otherPort });
    },
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Opens a connection for the test and provisions the streams. The caller closes the connection. */
export async function connectForTest(
  { url }: Pick<TestBroker, 'url'>,
  replicas?: number,
): Promise<{ connection: Connection; jsm: JetStreamManager }> {
  const connection = await connectToNats({ url, name: 'test' });
  try {
    const jsm = await jetstreamManager(connection.nc);
    await provisionStreams(connection.nc, fileURLToPath(new URL('../../../streams', import.meta.url)), {
      replicas,
    });
    return { connection, jsm };
  } catch (error) {
    await connection.nc.close();
    throw error;
  }
}
