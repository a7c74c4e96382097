import { createResourceScope } from '../child-processes.ts';
import { addLaptops, publishEvents } from '../subjects/laptops.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';

const full = [1_000, 10_000, 100_000];
const pageSize = 10_000;

export const asOf: Scenario = {
  title: 'Point-in-time list',
  about: `GET /laptops?asOf= of 1 k, 10 k and 100 k laptops, every page (${pageSize} laptops each), at a position before all of them were revised: the first request, which folds the events up to that position, and a repeated one. For comparison, the current list.`,

  async run(bench) {
    const { scope, size } = bench;
    const cases: Case[] = [];
    for (const at of full.map(size)) {
      const broker = await startBroker(scope, '2m');
      const { nc } = broker.connection;
      await addLaptops(nc, at);
      await publishEvents(nc, at, (id) => ({ id, event: { type: 'LaptopRevised', title: 'ThinkPad' } }));
      cases.push({ subject: 'Portside', at, run: () => measureLists(broker.url, at) });
    }
    const results = await runRounds(bench, cases);
    const about = { unit: 's', better: 'less', axis: 'laptops' } as const;
    return {
      measures: [
        toMeasure(results, 'first', about),
        toMeasure(results, 'again', about),
        toMeasure(results, 'present', about),
      ],
    };
  },
};

async function measureLists(natsUrl: string, laptops: number): Promise<Sample> {
  const scope = createResourceScope();
  try {
    const { url } = await startService(scope, { natsUrl });
    const first = await timeList(`${url}/laptops?limit=${pageSize}&asOf=${laptops}`, laptops, 'Lenovo');
    const again = await timeList(`${url}/laptops?limit=${pageSize}&asOf=${laptops}`, laptops, 'Lenovo');
    const present = await timeList(`${url}/laptops?limit=${pageSize}`, laptops, 'ThinkPad');
    return { first, again, present };
  } finally {
    await scope.close();
  }
}

/** Reads all pages and returns the time in seconds. @throws Error if they do not contain the expected laptops */
async function timeList(firstPage: string, laptops: number, title: string): Promise<number> {
  const started = performance.now();
  let found = 0;
  for (let page: string | undefined = firstPage; page !== undefined;) {
    const response = await fetch(page);
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    found += text.split(`"title":"${title}"`).length - 1;
    const next = /<(.*?)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1];
    page = next === undefined ? undefined : new URL(next, page).href;
  }
  if (found !== laptops) throw new Error(`${found} laptops called ${title} instead of ${laptops}`);
  return (performance.now() - started) / 1000;
}
