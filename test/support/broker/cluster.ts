/** Three real nats-servers that form one JetStream cluster, for tests of replicated streams. */

import { connectForTest, startTestBroker, type TestBroker } from './broker.ts';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type TestCluster = {
  /** Every server's address, separated by commas. */
  readonly url: string;
  readonly servers: readonly TestBroker[];
  /** The server that leads the stream at the moment. */
  leaderOf(stream: string): Promise<TestBroker>;
  close(): Promise<void>;
};

const names = ['one', 'two', 'three'] as const;

/** How often a cluster is started anew whose servers do not find each other. */
const attempts = 3;

/** Starts the cluster and provisions the streams with three replicas each. */
export async function startTestCluster(): Promise<TestCluster> {
  for (let attempt = 1; ; attempt++) {
    const servers = await startServers();
    try {
      const url = servers.map((server) => server.url).join(',');
      // The servers answer before they have elected a leader for JetStream.
      const opened = await eventually(() => connectForTest({ url }, 3), 30_000);
      return clusterOf(servers, url, opened);
    } catch (error) {
      await Promise.all(servers.map((server) => server.close()));
      // Between looking for a free port and listening there, another process may have taken it.
      if (attempt === attempts) throw error;
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
