import { loadFile, runLoad } from '../load.ts';
import { startBroker, startService, type SyncInterval } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  figureTarget,
  findSeries,
  runRounds,
  toMeasure,
  type Bench,
  type Case,
  type Sample,
} from '../rounds.ts';

const rates = [1_000, 5_000];

export const visible: Scenario = {
  title: 'Latency from publish to another replica',
  about:
    'Events are published at a fixed rate of 1000 and 5000 events/s. The event stream of a replica, which sends an event after its view has applied it, shows when each event is visible. Latency counts from the due time of the event. For comparison, an ordered consumer in the publishing process.',
  isProfiled: true,

  async run(bench) {
    const [buffered, durable] = [await runWith(bench, '2m', rates), await runWith(bench, 'always', rates)];
    return {
      measures: [...durable.measures, ...buffered.measures],
      targets: [durable, buffered].map(({ setting, p99 }) =>
        figureTarget(findSeries(p99, 'Portside replica', 1_000), 'ms', {
          what: `p99 at 1000 events/s, ${setting}`,
          bound: 'at most',
          wanted: 5,
        }),
      ),
    };
  },
};

async function runWith(bench: Bench, sync: SyncInterval, at: readonly number[]) {
  const { scope, seconds } = bench;
  const broker = await startBroker(scope, sync);
  const { url } = await startService(scope, { natsUrl: broker.url });
  let firstId = 1;
  const measure = (rate: number, replicaUrl?: string) => async () => {
    const job = {
      natsUrl: broker.url,
      stream: 'LAPTOPS',
      firstId,
      rate,
      seconds,
      ...(replicaUrl && { replicaUrl }),
    };
    firstId += Math.ceil(rate * seconds);
    return runLoad<Sample>(scope, loadFile('visible.ts'), job);
  };
  const results = await runRounds(
    bench,
    at.flatMap((rate): Case[] => [
      { subject: 'Portside replica', at: rate, run: measure(rate, url) },
      { subject: 'ordered consumer of the publisher', at: rate, run: measure(rate) },
    ]),
  );
  const setting = `sync_interval: ${sync}`;
  const p99 = toMeasure(results, 'p99', { unit: `ms, ${setting}`, better: 'less', axis: 'events/s' });
  const p50 = toMeasure(results, 'p50', { unit: `ms, ${setting}`, better: 'less', axis: 'events/s' });
  return { setting, p99, measures: [p50, p99] };
}
