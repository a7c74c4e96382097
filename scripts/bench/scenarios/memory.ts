import { setTimeout as sleep } from 'node:timers/promises';
import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { createResourceScope } from '../child-processes.ts';
import { addLaptops } from '../subjects/laptops.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { figureTarget, findSeries, runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';

const full = [10_000, 100_000, 1_000_000];
/** Time for a replica to release memory that it used only during startup, in ms. */
const settleMs = 3_000;

export const memory: Scenario = {
  title: 'Memory',
  about: `Resident memory of a replica that has replayed 10 k, 100 k and 1 M laptops, ${settleMs / 1000} s after it is ready, and its difference to an empty replica, per laptop.`,

  async run(bench) {
    const { scope, size } = bench;
    const sizes = full.map(size);
    const empty = await startBroker(scope, '2m');
    const cases: Case[] = [];
    let base = NaN;
    cases.push({
      subject: 'Portside',
      at: 0,
      async run() {
        base = await measureMemory(empty.url);
        return { mebibytes: base };
      },
    });
    for (const at of sizes) {
      const broker = await startBroker(scope, '2m');
      await addLaptops(broker.connection.nc, at);
      cases.push({
        subject: 'Portside',
        at,
        async run(): Promise<Sample> {
          const mebibytes = await measureMemory(broker.url);
          return { mebibytes, bytesEach: ((mebibytes - base) * 1024 * 1024) / at };
        },
      });
    }
    const results = await runRounds(bench, cases);
    const each = toMeasure(results, 'bytesEach', {
      unit: 'bytes per laptop',
      better: 'less',
      axis: 'laptops',
    });
    const largest = sizes.at(-1) ?? 0;
    return {
      measures: [toMeasure(results, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'laptops' }), each],
      targets: [
        figureTarget(findSeries(each, 'Portside', largest), 'bytes', {
          what: 'resident memory per laptop, above an empty replica',
          bound: 'at most',
          wanted: 400,
        }),
      ],
    };
  },
};

/** Returns the resident memory of a new replica, in MiB. */
async function measureMemory(natsUrl: string): Promise<number> {
  const scope = createResourceScope();
  try {
    const { pid } = await startService(scope, { natsUrl, env: { SNAPSHOT_EVERY: '1000000000' } });
    await sleep(settleMs);
    return readResidentMiB(pid);
  } finally {
    await scope.close();
  }
}
