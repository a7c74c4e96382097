/** SIGKILL under write load: what was acknowledged stays, once, and every replica shows it. */

import type { JetStreamManager } from '@nats-io/jetstream';
import { startTestBroker } from '../broker/broker.ts';
import { startTestCluster } from '../broker/cluster.ts';
import { eventually } from '../eventually.ts';
import type { Scenario } from './scenario.ts';
import { repeatUnderLoad, startLoadedSystem } from './under-load.ts';

/** One of two replicas is killed and started again; the time is until the new one is ready. */
export const killService: Scenario = async ({ rounds, seed, defer, report }) => {
  const system = await startLoadedSystem({ broker: await startTestBroker(), seed, defer });

  return repeatUnderLoad(system, rounds, async (round) => {
    const started = performance.now();
    await system.replicas.replace(round % 2);
    const milliseconds = performance.now() - started;
    report?.(`the service was killed: a new one was ready after ${Math.round(milliseconds)} ms`);
    return milliseconds;
  });
};

/** The only broker is killed and started again; the time is until a write is acknowledged that began after the kill. */
export const killBroker: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  const system = await startLoadedSystem({ broker, seed, defer });

  return repeatUnderLoad(system, rounds, async () => {
    await broker.kill();
    const started = Date.now();
    const recovered = system.load.acknowledgedAfter(started);
    await broker.restart();
    const { time } = await recovered;
    report?.(`the broker was killed: a write passed ${time - started} ms later`);
    return time - started;
  });
};

/** The leader of a stream on three servers is killed; it starts again when the other two take writes. */
export const killLeader: Scenario = async ({ rounds, seed, defer, report }) => {
  const cluster = await startTestCluster();
  const system = await startLoadedSystem({ broker: cluster, streamReplicas: 3, seed, defer });

  return repeatUnderLoad(system, rounds, async () => {
    const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
    await leader.kill();
    const started = Date.now();
    const { time } = await system.load.acknowledgedAfter(started);
    await leader.restart();
    // The next leader may only be killed when the last one follows again: two of three have to be there.
    await eventually(() => checkInSync(system.jsm, 'LAPTOPS'), 30_000);
    report?.(`the leader was killed: a write passed ${time - started} ms later`);
    return time - started;
  });
};

/** @throws when a follower of the stream is away or behind. */
async function checkInSync(jsm: JetStreamManager, stream: string): Promise<void> {
  const { cluster } = await jsm.streams.info(stream);
  const behind = cluster?.replicas?.filter(({ current, offline }) => !current || offline) ?? [];
  if (cluster?.leader === undefined || behind.length > 0) {
    throw new Error(`${stream} is not in sync: ${JSON.stringify(cluster)}`);
  }
}
