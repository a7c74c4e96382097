/** Starts three nats-servers as one JetStream cluster, for tests of replicated streams. */

import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest, startTestBroker, type TestBroker } from './broker.ts';
import { eventually } from '../eventually.ts';
import { findFreePort } from '../process/free-port.ts';

export type TestCluster = {
  /** Addresses of all servers, separated by commas. */
  readonly url: string;
  readonly servers: readonly TestBroker[];
  /** Returns the current leader of the stream. Throws if there is none. */
  leaderOf(stream: string): Promise<TestBroker>;
  /**
   * Makes the JetStream leader lead the stream, too, and returns it. When its peers are suspended, it keeps responding for at
   * least 10 s. A stream leader that has lost the JetStream leader refuses to return messages after 4 s.
   */
  gatherLeadership(stream: string): Promise<TestBroker>;
  close(): Promise<void>;
};

const names = ['one', 'two', 'three'] as const;

/** The part of a server's report on JetStream that names the leader. */
const jetStreamReport = z.object({ meta_cluster: z.object({ leader: z.string() }) });

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
        monitorPort: 0,
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
  const leaderName = async (stream: string) => (await jsm.streams.info(stream)).cluster?.leader;

  function serverOf(name: string | undefined): TestBroker {
    const server = servers[names.findIndex((each) => each === name)];
    if (server === undefined) throw new Error(`no server of the cluster leads the stream: ${name}`);
    return server;
  }

  return {
    url,
    servers,
    leaderOf: async (stream) => serverOf(await leaderName(stream)),
    gatherLeadership: (stream) =>
      eventually(async () => {
        const response = await fetch(`${servers[0]?.monitorUrl}/jsz`);
        const { leader } = jetStreamReport.parse(await response.json()).meta_cluster;
        if ((await leaderName(stream)) !== leader) {
          const request = JSON.stringify({ placement: { preferred: leader } });
          await connection.nc.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, request);
        }
        assert.is(await leaderName(stream), leader);
        return serverOf(leader);
      }),
    async close() {
      await connection.nc.close();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
