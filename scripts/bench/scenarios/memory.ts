import { setTimeout as sleep } from 'node:timers/promises';
import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { withScope, type ResourceScope } from '../child-processes.ts';
import { addLaptops } from '../subjects/laptops.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

const full = [10_000, 100_000, 1_000_000];
/** Time for a replica to release memory that it used only during startup, in ms. */
const settleMs = 3_000;

export const memory: Scenario = {
  title: 'Memory',
  about: `Resident memory of a replica that has replayed 10 k, 100 k and 1 M laptops, ${settleMs / 1000} s after it is ready. The target is for the difference to an empty replica.`,
  comparisons: [{ measure: 'bytesEach', of: 'Portside', atMost: 300 }],
  parts: [{ profile: 'heap', run }],
};

async function run(bench: Bench) {
  const { scope, size, checkouts } = bench;
  const empty = await startBroker(scope, '2m');
  /** Memory of an empty replica, by the suffix of the checkout. */
  const base = new Map<string, number>();
  const cases = checkouts.map((checkout): Case => ({
    subject: `Portside${checkout.suffix}`,
    at: 0,
    async run() {
      const mebibytes = await measureMemory(scope, checkout, empty.url);
      base.set(checkout.suffix, mebibytes);
      return { mebibytes };
    },
  }));
  for (const at of full.map(size)) {
    const broker = await startBroker(scope, '2m');
    await addLaptops(broker.connection.nc, at);
    for (const checkout of checkouts)
      cases.push({
        subject: `Portside${checkout.suffix}`,
        at,
        async run(): Promise<Sample> {
          const mebibytes = await measureMemory(scope, checkout, broker.url);
          const added = mebibytes - (base.get(checkout.suffix) ?? NaN);
          return { mebibytes, bytesEach: (added * 1024 * 1024) / at };
        },
      });
  }
  const results = await runRounds(bench, cases);
  return [
    toMeasure(results, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'laptops' }),
    toMeasure(results, 'bytesEach', { unit: 'bytes per laptop', better: 'less', axis: 'laptops' }),
  ];
}

/** Returns the resident memory of a new replica, in MiB. */
function measureMemory(scope: ResourceScope, checkout: Checkout, natsUrl: string): Promise<number> {
  return withScope(scope, async (inner) => {
    const env = { SNAPSHOT_EVERY: '1000000000' };
    const { pid } = await startService(inner, checkout, { natsUrl, env });
    await sleep(settleMs);
    return readResidentMiB(pid);
  });
}
