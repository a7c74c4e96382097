/** From the publish of an event until another replica shows it. */

import { loadFile, runLoad } from '../load.ts';
import { startBroker, startService, type SyncInterval } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  figureTarget,
  findSeries,
  takeTurns,
  toMeasure,
  type Bench,
  type Case,
  type Sample,
} from '../turns.ts';

const rates = [1_000, 5_000];

export const visible: Scenario = {
  title: 'From publish to visible on another replica',
  about:
    'Events published at a fixed pace of 1000 and 5000 a second; the live events of a replica, which follow its view, say when it shows each. Latency counts from when the event was due. Beside it an ordered consumer inside the publishing process.',
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
  const { workshop, seconds } = bench;
  const broker = await startBroker(workshop, sync);
  const { url } = await startService(workshop, { natsUrl: broker.url });
  let firstId = 1;
  const watch = (rate: number, replicaUrl?: string) => async () => {
    const job = {
      natsUrl: broker.url,
      stream: 'LAPTOPS',
      firstId,
      rate,
      seconds,
      ...(replicaUrl && { replicaUrl }),
    };
    firstId += Math.ceil(rate * seconds);
    return runLoad<Sample>(workshop, loadFile('visible.ts'), job);
  };
  const taken = await takeTurns(
    bench,
    at.flatMap((rate): Case[] => [
      { subject: 'Portside replica', at: rate, run: watch(rate, url) },
      { subject: 'ordered consumer of the publisher', at: rate, run: watch(rate) },
    ]),
  );
  const setting = `sync_interval: ${sync}`;
  const p99 = toMeasure(taken, 'p99', { unit: `ms, ${setting}`, better: 'less', axis: 'events/s' });
  const p50 = toMeasure(taken, 'p50', { unit: `ms, ${setting}`, better: 'less', axis: 'events/s' });
  return { setting, p99, measures: [p50, p99] };
}
