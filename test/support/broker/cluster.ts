/** Starts three nats-servers as one JetStream cluster, for tests of replicated streams. */

import { connectForTest, startTestBroker, type TestBroker } from './broker.ts';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type TestCluster = {
  /** Addresses of all servers, separated by commas. */
  readonly url: string;
  readonly servers: readonly TestBroker[];
  /** Returns the current leader of the stream. Throws if there is none. */
  leaderOf(stream: string): Promise<TestBroker>;
  close(): Promise<void>;
};

const names = ['one', 'two', 'three'] as const;

/** Maximum number of attempts to start a cluster whose servers connect to each other. */
const maxAttempts = 3;

/** Starts the cluster and provisions the streams with three replicas each. */
export async function startTestCluster(): Promise<TestCluster> {
  for (let attempt = 1; ; attempt++) {
    const servers = await startServers();
    try {
      const url = servers.map((server) => server.url).join(',');
      // The servers accept connections before they have elected a JetStream leader.
      const opened = await eventually(() => connectForTest({ url }, 3), 30_000);
      return clusterOf(servers, url, opened);
    } catch (error) {
      await Promise.all(servers.map((server) => server.close()));
      // Another process may bind a route port between `findFreePort` and the start of the server.
      if (attempt === maxAttempts) throw error;
    }
  }
}

async function startServers(): Promise<TestBroker[]> {
  const routePorts = await Promise.all(names.map(findFreePort));
  const routes = routePorts.map((port) => `"nats-route://127.0.0.1:${port}"`).join(', ');
  return Promise.all(
    names.map((serverName, index) =>
      startTestBroker({
        serverName,
        configuration: `cluster { name: test, listen: "127.0.0.1:${routePorts[index]}", routes: [${routes}] }`,
      }),
    ),
  );
}

function clusterOf(
  servers: readonly TestBroker[],
  url: string,
  { connection, jsm }: Awaited<ReturnType<typeof connectForTest>>,
): TestCluster {
  return {
    url,
    servers,
    async leaderOf(stream) {
      const leader = (await jsm.streams.info(stream)).cluster?.leader;
      const server = servers[names.findIndex((name) => name === leader)];
      if (server === undefined) throw new Error(`stream ${stream} has no leader`);
      return server;
    },
    async close() {
      await connection.nc.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
