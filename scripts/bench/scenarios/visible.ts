import { loadFile, runLoad } from '../load.ts';
import {
  startBroker,
  startReplicas,
  settingOf,
  syncIntervals,
  type SyncInterval,
} from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

const rates = [1_000, 5_000];
const portside = 'Portside replica';
const bare = 'ordered consumer of the publisher';

export const visible: Scenario = {
  title: 'Latency from publish to another replica',
  about:
    'Events are published at a fixed rate of 1000 and 5000 events/s. The event stream of a replica, which sends an event after its view has applied it, shows when each event is visible. Latency counts from the due time of the event. For comparison, an ordered consumer in the publishing process, with its own broker.',
  comparisons: syncIntervals.flatMap((sync) =>
    rates.map((at) => ({
      measure: 'p99',
      setting: settingOf(sync),
      at,
      of: portside,
      by: bare,
      atMost: 1.2,
    })),
  ),
  parts: syncIntervals.map((sync) => ({
    setting: settingOf(sync),
    profile: 'cpu',
    run: (bench) => run(bench, sync),
  })),
};

async function run(bench: Bench, sync: SyncInterval) {
  const { scope, seconds } = bench;
  const replicas = await startReplicas(bench, sync);
  const peerBroker = await startBroker(scope, sync);
  let firstId = 1;
  const measure = (natsUrl: string, rate: number, replicaUrl?: string) => () => {
    const target = replicaUrl === undefined ? {} : { replicaUrl };
    const job = { natsUrl, stream: 'LAPTOPS', firstId, rate, seconds, ...target };
    firstId += Math.ceil(rate * seconds);
    return runLoad<Sample>(scope, loadFile('visible.ts'), job);
  };
  const results = await runRounds(
    bench,
    rates.flatMap((at): Case[] => [
      ...replicas.map(({ suffix, broker, server: { url } }) => ({
        subject: `${portside}${suffix}`,
        at,
        run: measure(broker.url, at, url),
      })),
      { subject: bare, at, run: measure(peerBroker.url, at) },
    ]),
  );
  return [
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'events/s' }),
    toMeasure(results, 'p50', { unit: 'ms', better: 'less', axis: 'events/s' }),
  ];
}
