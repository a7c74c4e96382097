import { withScope } from '../child-processes.ts';
import { addLaptops, publishEvents } from '../subjects/laptops.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toSeries, type Bench, type Case } from '../rounds.ts';

const full = [1_000, 10_000, 100_000];
const pageSize = 10_000;
const lists = ['first request', 'repeated request', 'current list'] as const;

export const asOf: Scenario = {
  title: 'Point-in-time list',
  about: `GET /laptops?asOf= of 1 k, 10 k and 100 k laptops, every page (${pageSize} laptops each), at a position before all of them were revised: the first request, which folds the events up to that position, and a repeated one. For comparison, the current list.`,
  comparisons: lists.slice(0, 2).map((list) => ({ measure: 'seconds', of: list, by: 'current list' })),
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, size, checkouts } = bench;
  const cases: Case[] = [];
  for (const at of full.map(size)) {
    const broker = await startBroker(scope, '2m');
    const { nc } = broker.connection;
    await addLaptops(nc, at);
    await publishEvents(nc, at, (id) => ({ id, event: { type: 'LaptopRevised', title: 'ThinkPad' } }));
    for (const checkout of checkouts)
      cases.push({
        subject: checkout.suffix,
        at,
        run: () => measureLists(bench, checkout, broker.url, at),
      });
  }
  const results = await runRounds(bench, cases);
  const about = { unit: 's', better: 'less', axis: 'laptops' } as const;
  return [{ name: 'seconds', ...about, series: toSeries(results, lists, about) }];
}

/** Measures the lists of a new replica. */
function measureLists(
  { scope }: Bench,
  checkout: Checkout,
  natsUrl: string,
  laptops: number,
): Promise<Record<(typeof lists)[number], number>> {
  return withScope(scope, async (inner) => {
    const { url } = await startService(inner, checkout, { natsUrl });
    const pages = `${url}/laptops?limit=${pageSize}`;
    return {
      'first request': await timeList(`${pages}&asOf=${laptops}`, laptops, 'Lenovo'),
      'repeated request': await timeList(`${pages}&asOf=${laptops}`, laptops, 'Lenovo'),
      'current list': await timeList(pages, laptops, 'ThinkPad'),
    };
  });
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
