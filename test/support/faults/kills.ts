/** Scenarios that kill a process under write load. */

import type { JetStreamManager } from '@nats-io/jetstream';
import { startTestBroker } from '../broker/broker.ts';
import { startTestCluster } from '../broker/cluster.ts';
import { eventually } from '../eventually.ts';
import type { Scenario } from './scenario.ts';
import { repeatUnderLoad, startLoadedSystem } from './under-load.ts';

/** Kills one of two replicas and starts another one. Recovery is complete when the new replica is ready. */
export const killService: Scenario = async ({ rounds, seed, defer, report }) => {
  const system = await startLoadedSystem({ broker: await startTestBroker(), seed, defer });

  return repeatUnderLoad(system, rounds, async (round) => {
    const started = performance.now();
    await system.replicas.replace(round % 2);
    const milliseconds = performance.now() - started;
    report?.(`service killed: new replica ready after ${Math.round(milliseconds)} ms`);
    return milliseconds;
  });
};

/** Kills the only broker and restarts it. Recovery is complete when a write sent after the kill is acknowledged. */
export const killBroker: Scenario = async ({ rounds, seed, defer, report }) => {
  const broker = await startTestBroker();
  const system = await startLoadedSystem({ broker, seed, defer });

  return repeatUnderLoad(system, rounds, async () => {
    await broker.kill();
    const started = Date.now();
    const recovered = system.load.acknowledgedAfter(started);
    await broker.restart();
    const { time } = await recovered;
    report?.(`broker killed: first write acknowledged after ${time - started} ms`);
    return time - started;
  });
};

/** Kills the leader of a stream with three replicas and restarts it once the other two acknowledge a write. */
export const killLeader: Scenario = async ({ rounds, seed, defer, report }) => {
  const cluster = await startTestCluster();
  const system = await startLoadedSystem({ broker: cluster, streamReplicas: 3, seed, defer });

  return repeatUnderLoad(system, rounds, async () => {
    const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
    await leader.kill();
    const started = Date.now();
    const { time } = await system.load.acknowledgedAfter(started);
    await leader.restart();
    // A quorum is two of three servers, so the restarted server must catch up before the next leader is killed.
    await eventually(() => checkInSync(system.jsm, 'LAPTOPS'), 30_000);
    report?.(`leader killed: first write acknowledged after ${time - started} ms`);
    return time - started;
  });
};

/** @throws if a replica of the stream is offline or behind. */
async function checkInSync(jsm: JetStreamManager, stream: string): Promise<void> {
  const { cluster } = await jsm.streams.info(stream);
  const behind = cluster?.replicas?.filter(({ current, offline }) => !current || offline) ?? [];
  if (cluster?.leader === undefined || behind.length > 0) {
    throw new Error(`${stream} is not in sync: ${JSON.stringify(cluster)}`);
  }
}
