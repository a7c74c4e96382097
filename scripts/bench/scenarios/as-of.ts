/** The list as it was. */

import { createWorkshop } from '../children.ts';
import { addLaptops, publishEvents } from '../laptops.ts';
import { startBroker, startService } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case, type Sample } from '../turns.ts';

const full = [1_000, 10_000, 100_000];
const pageSize = 10_000;

export const asOf: Scenario = {
  title: 'The list as it was',
  about: `GET /laptops?asOf= of 1 k, 10 k and 100 k laptops, every page (${pageSize} laptops each), of a moment before all of them were revised: the first time, when the past has to be folded, and again. Beside it the list as it is.`,

  async run(bench) {
    const { workshop, size } = bench;
    const cases: Case[] = [];
    for (const at of full.map(size)) {
      const broker = await startBroker(workshop, '2m');
      const { nc } = broker.connection;
      await addLaptops(nc, at);
      await publishEvents(nc, at, (id) => ({ id, event: { type: 'LaptopRevised', title: 'ThinkPad' } }));
      cases.push({ subject: 'Portside', at, run: () => listPast(broker.url, at) });
    }
    const taken = await takeTurns(bench, cases);
    const about = { unit: 's', better: 'less', axis: 'laptops' } as const;
    return {
      measures: [
        toMeasure(taken, 'first', about),
        toMeasure(taken, 'again', about),
        toMeasure(taken, 'present', about),
      ],
    };
  },
};

async function listPast(natsUrl: string, laptops: number): Promise<Sample> {
  const workshop = createWorkshop();
  try {
    const { url } = await startService(workshop, { natsUrl });
    const first = await timeList(`${url}/laptops?limit=${pageSize}&asOf=${laptops}`, laptops, 'Lenovo');
    const again = await timeList(`${url}/laptops?limit=${pageSize}&asOf=${laptops}`, laptops, 'Lenovo');
    const present = await timeList(`${url}/laptops?limit=${pageSize}`, laptops, 'ThinkPad');
    return { first, again, present };
  } finally {
    await workshop.close();
  }
}

/** Seconds for all pages. @throws when they do not hold the wanted laptops */
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
