/** A replica starts: from a snapshot, and from nothing. */

import { Objm } from '@nats-io/obj';
import { snapshotBucket } from '../../../src/kit/nats/snapshots/snapshots.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { createWorkshop } from '../children.ts';
import { addLaptops, laptopBody, publishEvents } from '../laptops.ts';
import { startBroker, startService, type Broker } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  findSeries,
  ratioTarget,
  takeTurns,
  toMeasure,
  type Bench,
  type Case,
  type Taken,
} from '../turns.ts';

const full = [10_000, 100_000, 1_000_000];
const histories = [1, 3, 10];
const never = '1000000000';

export const boot: Scenario = {
  title: 'Start',
  about:
    'From the start of the process until the service answers, with 10 k, 100 k and 1 M laptops in a snapshot that holds all of the stream; the stream is as long as there are laptops, 3 times and 10 times as long. Beside it a start without a snapshot.',

  async run(bench) {
    const { workshop, size } = bench;
    const taken: { laptops: number; cases: Taken[] }[] = [];
    for (const laptops of full.map(size)) {
      const bare = await startBroker(workshop, '2m');
      await addLaptops(bare.connection.nc, laptops);
      const turns: Case[] = [{ subject: 'full replay', at: 1, run: () => timeStart(bare.url, never) }];
      // All of them first: what a broker still does after millions of events would be measured with the last one.
      for (const at of histories) {
        const broker = await startBroker(workshop, '2m');
        await addLaptops(broker.connection.nc, laptops);
        await lengthen(broker, laptops, (at - 1) * laptops);
        await makeSnapshot(bench, broker, at * laptops);
        turns.push({ subject: 'from a snapshot', at, run: () => timeStart(broker.url, '10000') });
      }
      bench.report(`${laptops} laptops`);
      taken.push({ laptops, cases: await takeTurns(bench, turns) });
    }
    const measures = taken.map(({ laptops, cases }) =>
      toMeasure(cases, 'seconds', { unit: `s, ${laptops} laptops`, better: 'less', axis: 'history ×' }),
    );
    const largest = measures.at(-1);
    const last = (subject: string, at: number) => largest && findSeries(largest, subject, at);
    return {
      measures,
      targets: [
        ratioTarget(last('from a snapshot', 1), last('full replay', 1), {
          what: 'most laptops: from a snapshot ÷ full replay',
          bound: 'at most',
          wanted: 0.3,
        }),
        ratioTarget(last('from a snapshot', 10), last('from a snapshot', 1), {
          what: 'most laptops: history ×10 ÷ history ×1 (constant: 1)',
          bound: 'at most',
          wanted: 1.15,
        }),
      ],
    };
  },
};

/** Revises the laptops in turn. */
function lengthen({ connection }: Broker, laptops: number, count: number): Promise<void> {
  return publishEvents(connection.nc, count, (number) => {
    const id = (number % laptops) + 1;
    return { id, event: { type: 'LaptopRevised', model: `${laptopBody(id).model}, revised ${number}` } };
  });
}

/** Lets a replica write the snapshot that holds all of the stream. */
async function makeSnapshot({ report }: Bench, { url, connection }: Broker, position: number): Promise<void> {
  report(`a snapshot of position ${position}`);
  const workshop = createWorkshop();
  try {
    await startService(workshop, { natsUrl: url, env: { SNAPSHOT_EVERY: '1' } });
    const bucket = await new Objm(connection.nc).open(snapshotBucket('laptops'));
    await eventually(async () => {
      const held = await bucket.list();
      if (
        !held.some(
          ({ name, metadata }) => !name.endsWith('.claim') && Number(metadata?.['position']) === position,
        )
      )
        throw new Error(`there is no snapshot of position ${position}`);
    }, 120_000);
  } finally {
    await workshop.close();
  }
}

async function timeStart(natsUrl: string, snapshotEvery: string) {
  const workshop = createWorkshop();
  try {
    const started = performance.now();
    await startService(workshop, { natsUrl, env: { SNAPSHOT_EVERY: snapshotEvery } });
    return { seconds: (performance.now() - started) / 1000 };
  } finally {
    await workshop.close();
  }
}
