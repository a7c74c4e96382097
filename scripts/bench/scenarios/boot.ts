import { Objm } from '@nats-io/obj';
import { snapshotBucket } from '../../../src/kit/nats/snapshots/snapshots.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { createResourceScope } from '../child-processes.ts';
import { addLaptops, laptopBody, publishEvents } from '../subjects/laptops.ts';
import { startBroker, startService, type Broker } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  findSeries,
  ratioTarget,
  runRounds,
  toMeasure,
  type Bench,
  type Case,
  type CaseResult,
} from '../rounds.ts';

const full = [10_000, 100_000, 1_000_000];
const histories = [1, 3, 10];
const never = '1000000000';

export const boot: Scenario = {
  title: 'Start',
  about:
    'Time from the start of the process until the service is ready, with 10 k, 100 k and 1 M laptops in a snapshot at the end of the stream. The stream has 1, 3 and 10 times as many events as there are laptops. For comparison, a start without a snapshot.',

  async run(bench) {
    const { scope, size } = bench;
    const results: { laptops: number; cases: CaseResult[] }[] = [];
    for (const laptops of full.map(size)) {
      const bare = await startBroker(scope, '2m');
      await addLaptops(bare.connection.nc, laptops);
      const cases: Case[] = [{ subject: 'full replay', at: 1, run: () => timeStart(bare.url, never) }];
      // All brokers are filled first, because a broker is still busy for a while after millions of events.
      for (const at of histories) {
        const broker = await startBroker(scope, '2m');
        await addLaptops(broker.connection.nc, laptops);
        await addRevisions(broker, laptops, (at - 1) * laptops);
        await makeSnapshot(bench, broker, at * laptops);
        cases.push({ subject: 'from a snapshot', at, run: () => timeStart(broker.url, '10000') });
      }
      bench.report(`${laptops} laptops`);
      results.push({ laptops, cases: await runRounds(bench, cases) });
    }
    const measures = results.map(({ laptops, cases }) =>
      toMeasure(cases, 'seconds', { unit: `s, ${laptops} laptops`, better: 'less', axis: 'history ×' }),
    );
    const largest = measures.at(-1);
    const last = (subject: string, at: number) => largest && findSeries(largest, subject, at);
    return {
      measures,
      targets: [
        ratioTarget(last('from a snapshot', 1), last('full replay', 1), {
          what: 'largest size: from a snapshot ÷ full replay',
          bound: 'at most',
          wanted: 0.3,
        }),
        ratioTarget(last('from a snapshot', 10), last('from a snapshot', 1), {
          what: 'largest size: history ×10 ÷ history ×1 (constant: 1)',
          bound: 'at most',
          wanted: 1.15,
        }),
      ],
    };
  },
};

/** Publishes `count` revisions, spread evenly over the laptops. */
function addRevisions({ connection }: Broker, laptops: number, count: number): Promise<void> {
  return publishEvents(connection.nc, count, (number) => {
    const id = (number % laptops) + 1;
    return { id, event: { type: 'LaptopRevised', model: `${laptopBody(id).model}, revised ${number}` } };
  });
}

/** Starts a replica and waits until it has written a snapshot at the end of the stream. */
async function makeSnapshot({ report }: Bench, { url, connection }: Broker, position: number): Promise<void> {
  report(`writing a snapshot at position ${position}`);
  const scope = createResourceScope();
  try {
    await startService(scope, { natsUrl: url, env: { SNAPSHOT_EVERY: '1' } });
    const bucket = await new Objm(connection.nc).open(snapshotBucket('laptops'));
    await eventually(async () => {
      const snapshots = await bucket.list();
      if (
        !snapshots.some(
          ({ name, metadata }) => !name.endsWith('.claim') && Number(metadata?.['position']) === position,
        )
      )
        throw new Error(`no snapshot at position ${position}`);
    }, 120_000);
  } finally {
    await scope.close();
  }
}

async function timeStart(natsUrl: string, snapshotEvery: string) {
  const scope = createResourceScope();
  try {
    const started = performance.now();
    await startService(scope, { natsUrl, env: { SNAPSHOT_EVERY: snapshotEvery } });
    return { seconds: (performance.now() - started) / 1000 };
  } finally {
    await scope.close();
  }
}
