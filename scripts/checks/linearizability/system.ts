/** The system under test: three nats-servers and three replicas of the laptop service, each on a host of its own. */

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { connectForTest } from '../../../test/support/broker/broker.ts';
import { freeze, unfreeze } from '../../../test/support/broker/freeze.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { launchServiceProcess } from '../../../test/support/process/service-process.ts';
import { startNatsServer, type NatsServerOptions } from '../../../src/kit/launch/nats-server.ts';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import type { Host, Network } from './network.ts';

export type BrokerServer = {
  readonly host: Host;
  readonly url: string;
  /** Sends SIGKILL. */
  kill(): Promise<void>;
  /** Starts the server again with its data. */
  restart(): Promise<void>;
  freeze(): Promise<void>;
  unfreeze(): void;
};

export type System = {
  readonly network: Network;
  readonly servers: readonly BrokerServer[];
  /** Base URLs of the replicas. Each replica connects to another server first. */
  readonly urls: readonly string[];
  /** Waits until all servers are connected and up to date, and returns the leader of the laptops' stream. */
  leader(): Promise<BrokerServer>;
};

export type SystemOptions = {
  readonly network: Network;
  defer(close: () => unknown): void;
};

const names = ['one', 'two', 'three'] as const;
const clientPort = 4222;
const routePort = 6222;

/** Time for the cluster to elect its leaders, in ms. */
const electionTimeoutMs = 60_000;

export async function startSystem({ network, defer }: SystemOptions): Promise<System> {
  const servers = await startServers({ network, defer });
  const url = servers.map((server) => server.url).join(',');
  const { connection, jsm } = await eventually(() => connectForTest({ url }, 3), electionTimeoutMs, 200);
  defer(() => connection.nc.close());
  const urls = await Promise.all(servers.map((server) => startReplica(network, server, defer)));

  async function findLeader(): Promise<BrokerServer> {
    const { cluster } = await jsm.streams.info('LAPTOPS');
    const others = cluster?.replicas ?? [];
    const leader = servers.find(({ host }) => host.name === cluster?.leader);
    if (leader === undefined) throw new Error('the stream has no leader');
    if (others.length !== 2 || !others.every(({ current }) => current)) {
      throw new Error('a server is not up to date');
    }
    return leader;
  }

  return { network, servers, urls, leader: () => eventually(findLeader, electionTimeoutMs, 200) };
}

async function startServers({ network, defer }: SystemOptions): Promise<BrokerServer[]> {
  const program = (await findNatsServer())?.path;
  if (program === undefined) throw new Error('nats-server not found: run `npm run setup`');
  const hosts = await Promise.all(names.map((name) => network.host(name)));
  const routes = hosts.map(({ address }) => `"nats-route://${address}:${routePort}"`).join(', ');
  const dataDir = await mkdtemp(join(network.volatileFolder, 'servers-'));
  return Promise.all(
    hosts.map((host) =>
      startServer(host, defer, {
        program,
        dataDir: join(dataDir, host.name),
        serverName: host.name,
        host: host.address,
        port: clientPort,
        launcher: host.launcher,
        configuration: `cluster { name: test, listen: "${host.address}:${routePort}", routes: [${routes}] }`,
      }),
    ),
  );
}

async function startServer(
  host: Host,
  defer: SystemOptions['defer'],
  options: NatsServerOptions,
): Promise<BrokerServer> {
  let server = await startNatsServer(options);
  const kill = () => server.stop('SIGKILL');
  defer(kill);
  return {
    host,
    url: server.url,
    kill,
    async restart() {
      server = await startNatsServer(options);
    },
    freeze: () => freeze(server.pid),
    unfreeze: () => unfreeze(server.pid),
  };
}

/** Starts a replica and returns its base URL. It learns the addresses of the other servers from the first one. */
async function startReplica(
  network: Network,
  server: BrokerServer,
  defer: SystemOptions['defer'],
): Promise<string> {
  const { address, launcher } = await network.host(`replica-${server.host.name}`);
  const service = launchServiceProcess('laptops', {
    natsUrl: server.url,
    host: address,
    launcher,
    // The faults cause errors that are part of the test.
    onLog: () => undefined,
  });
  defer(() => service.stop('SIGKILL'));
  return (await service.ready).url;
}
