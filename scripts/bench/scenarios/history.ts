import { readCpuMs } from '../../../test/support/process/cpu-time.ts';
import { withScope } from '../child-processes.ts';
import { addedEvent, publishEvents } from '../subjects/laptops.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toSeries, type Bench, type Case, type Sample } from '../rounds.ts';

const full = [1_000, 10_000, 100_000];
const repeats = 10;
/** The path of a read near the end of the history of laptop 1. No read is repeated, because pages are cached. */
const reads: Readonly<Record<string, (position: number) => string>> = {
  'last page': (position) => `/laptops/1/events?after=${Math.max(0, position - 10)}&limit=10`,
  'as of a position': (position) => `/laptops/1?asOf=${position}`,
};
const subjects = Object.keys(reads).flatMap((read) => [`${read}, first request`, `${read}, later requests`]);

export const history: Scenario = {
  title: 'Long history',
  about: `A new replica reads a page of ten messages near the end of the history of a laptop with 1 k, 10 k and 100 k messages, and the laptop as of a position there: the first request, and the mean of ${repeats} later requests at other positions.`,
  notes: ['The CPU time is that of the service, in steps of 10 ms of the kernel.'],
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, size, checkouts } = bench;
  const cases: Case[] = [];
  for (const at of full.map(size)) {
    const broker = await startBroker(scope, '2m');
    await publishEvents(broker.connection.nc, at, (number) => ({
      id: 1,
      event: number === 1 ? addedEvent(1) : { type: 'LaptopRevised', title: `Lenovo ${number}` },
    }));
    for (const checkout of checkouts)
      cases.push({ subject: checkout.suffix, at, run: () => readHistory(bench, checkout, broker.url, at) });
  }
  const results = await runRounds(bench, cases);
  const about = { unit: 'ms', better: 'less', axis: 'messages' } as const;
  return ['', ', CPU time'].map((kind) => ({
    name: `milliseconds${kind}`,
    ...about,
    series: toSeries(
      results,
      subjects.map((subject) => subject + kind),
      about,
    ),
  }));
}

function readHistory({ scope }: Bench, checkout: Checkout, natsUrl: string, last: number): Promise<Sample> {
  return withScope(scope, async (inner) => {
    const sample: Record<string, number> = {};
    const { url, pid } = await startService(inner, checkout, { natsUrl });
    for (const [read, pathOf] of Object.entries(reads)) {
      const measureReads = async (subject: string, positions: readonly number[]) => {
        const [started, cpu] = [performance.now(), readCpuMs(pid)];
        for (const position of positions) {
          const response = await fetch(url + pathOf(position));
          const text = await response.text();
          if (!response.ok || !text.includes(`Lenovo ${position}"`)) throw new Error(text);
        }
        sample[subject] = (performance.now() - started) / positions.length;
        sample[`${subject}, CPU time`] = (readCpuMs(pid) - cpu) / positions.length;
      };
      await measureReads(`${read}, first request`, [last]);
      await measureReads(
        `${read}, later requests`,
        Array.from({ length: Math.min(repeats, last - 2) }, (_, index) => last - 1 - index),
      );
    }
    return sample;
  });
}
