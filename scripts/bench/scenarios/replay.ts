import { EventEmitter, once } from 'node:events';
import { createResourceScope } from '../child-processes.ts';
import { addLaptops } from '../subjects/laptops.ts';
import { runLoad } from '../load.ts';
import { peerFile } from '../subjects/peers.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { findSeries, ratioTarget, runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';

const full = [100_000, 1_000_000];
/** APIs of the consumer: `consume` with a callback, or as an async iterator. */
const forms = ['callback', 'iterator'];
const bare = (form: string) => `ordered consumer, ${form}, doing nothing`;

export const replayEvents: Scenario = {
  title: 'Replay events',
  about:
    'A replica without a snapshot reads 100 k and 1 M events as the service writes them (one laptop each), validates them and folds them into its view. For comparison, the ordered consumer of the NATS client drains the same stream without processing the messages.',
  isProfiled: true,

  async run(bench) {
    const { scope, size } = bench;
    const sizes = full.map(size);
    const cases: Case[] = [];
    for (const at of sizes) {
      const broker = await startBroker(scope, '2m');
      await addLaptops(broker.connection.nc, at);
      cases.push({ subject: 'Portside, validated and folded', at, run: () => replay(broker.url, at) });
      for (const form of forms) {
        const job = { url: broker.url, stream: 'LAPTOPS', messages: at, form };
        const run = () => runLoad<Sample>(scope, peerFile('js-consume.mjs'), job);
        cases.push({ subject: bare(form), at, run });
      }
    }
    const results = await runRounds(bench, cases);
    const rate = toMeasure(results, 'perSecond', { unit: 'events/s', better: 'more', axis: 'events' });
    const largest = sizes.at(-1) ?? 0;
    return {
      measures: [rate],
      targets: forms.map((form) =>
        ratioTarget(
          findSeries(rate, 'Portside, validated and folded', largest),
          findSeries(rate, bare(form), largest),
          { what: `Portside ÷ ordered consumer (${form}) doing nothing`, bound: 'at least', wanted: 1.3 },
        ),
      ),
      notes: [
        'The time of the replica is taken from its log: from the first request to the broker until all events are applied.',
      ],
    };
  },
};

async function replay(natsUrl: string, count: number): Promise<Sample> {
  const scope = createResourceScope();
  try {
    const lines = new EventEmitter();
    const caughtUp = once(lines, 'caught up');
    await startService(scope, {
      natsUrl,
      env: { LOG_LEVEL: 'info', SNAPSHOT_EVERY: '1000000000' },
      onLine(line) {
        const entry = JSON.parse(line);
        if (entry.stream === 'LAPTOPS') lines.emit(entry.msg, entry);
      },
    });
    const [{ from, position, milliseconds }] = await caughtUp;
    if (from !== 0 || position !== count) throw new Error(`replayed from ${from} to ${position}`);
    return { perSecond: count / (milliseconds / 1000) };
  } finally {
    await scope.close();
  }
}
