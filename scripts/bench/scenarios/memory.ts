/** What a laptop costs in memory. */

import { setTimeout as sleep } from 'node:timers/promises';
import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { createWorkshop } from '../children.ts';
import { addLaptops } from '../laptops.ts';
import { startBroker, startService } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { figureTarget, findSeries, takeTurns, toMeasure, type Case, type Sample } from '../turns.ts';

const full = [10_000, 100_000, 1_000_000];
/** Milliseconds after the start in which a replica may give back what it needed for that. */
const settleMs = 3_000;

export const memory: Scenario = {
  title: 'Memory',
  about: `Resident memory of a replica that has replayed 10 k, 100 k and 1 M laptops, ${settleMs / 1000} s after it answers; and what is above that of an empty replica, by laptop.`,

  async run(bench) {
    const { workshop, size } = bench;
    const sizes = full.map(size);
    const empty = await startBroker(workshop, '2m');
    const cases: Case[] = [];
    let base = NaN;
    cases.push({
      subject: 'Portside',
      at: 0,
      async run() {
        base = await weigh(empty.url);
        return { mebibytes: base };
      },
    });
    for (const at of sizes) {
      const broker = await startBroker(workshop, '2m');
      await addLaptops(broker.connection.nc, at);
      cases.push({
        subject: 'Portside',
        at,
        async run(): Promise<Sample> {
          const mebibytes = await weigh(broker.url);
          return { mebibytes, bytesEach: ((mebibytes - base) * 1024 * 1024) / at };
        },
      });
    }
    const taken = await takeTurns(bench, cases);
    const each = toMeasure(taken, 'bytesEach', { unit: 'bytes a laptop', better: 'less', axis: 'laptops' });
    const most = sizes.at(-1) ?? 0;
    return {
      measures: [toMeasure(taken, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'laptops' }), each],
      targets: [
        figureTarget(findSeries(each, 'Portside', most), 'bytes', {
          what: 'resident memory a laptop, above an empty replica',
          bound: 'at most',
          wanted: 400,
        }),
      ],
    };
  },
};

/** The resident memory of a fresh replica, in MiB. */
async function weigh(natsUrl: string): Promise<number> {
  const workshop = createWorkshop();
  try {
    const { pid } = await startService(workshop, { natsUrl, env: { SNAPSHOT_EVERY: '1000000000' } });
    await sleep(settleMs);
    return readResidentMiB(pid);
  } finally {
    await workshop.close();
  }
}
