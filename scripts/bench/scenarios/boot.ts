import { once } from 'node:events';
import { withScope, type ResourceScope } from '../child-processes.ts';
import { followLog } from '../subjects/log.ts';
import { addLaptops, laptopBody, publishEvents } from '../subjects/laptops.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { startBroker, startService, type Broker } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case } from '../rounds.ts';

const full = [10_000, 100_000, 1_000_000];
const histories = [1, 3, 10];
const never = '1000000000';
const fromSnapshot = (history: number) => `from a snapshot, history ×${history}`;

export const boot: Scenario = {
  title: 'Start',
  about:
    'Time from the start of the process until the service is ready, with 10 k, 100 k and 1 M laptops in a snapshot at the end of the stream. The stream has 1, 3 and 10 times as many events as there are laptops. For comparison, a start without a snapshot, with one event per laptop.',
  comparisons: [
    { measure: 'seconds', of: fromSnapshot(1), by: 'full replay', atMost: 0.2 },
    { measure: 'seconds', of: fromSnapshot(10), by: fromSnapshot(1), atMost: 1.15 },
  ],
  parts: [{ profile: 'cpu', run }],
};

async function run(bench: Bench) {
  const { scope, size, checkouts } = bench;
  const cases: Case[] = [];
  for (const at of full.map(size)) {
    const bare = await startBroker(scope, '2m');
    await addLaptops(bare.connection.nc, at);
    const start = (subject: string, { url }: Broker, snapshotEvery: string) => {
      for (const checkout of checkouts)
        cases.push({
          subject: `${subject}${checkout.suffix}`,
          at,
          run: () => timeStart(scope, checkout, url, snapshotEvery),
        });
    };
    start('full replay', bare, never);
    // All brokers are filled first, because a broker is still busy for a while after millions of events.
    for (const history of histories) {
      const broker = await startBroker(scope, '2m');
      await addLaptops(broker.connection.nc, at);
      await addRevisions(broker, at, (history - 1) * at);
      for (const checkout of checkouts) await makeSnapshot(bench, checkout, broker, history * at);
      start(fromSnapshot(history), broker, '10000');
    }
  }
  const results = await runRounds(bench, cases);
  return [toMeasure(results, 'seconds', { unit: 's', better: 'less', axis: 'laptops' })];
}

/** Publishes `count` revisions, spread evenly over the laptops. */
function addRevisions({ connection }: Broker, laptops: number, count: number): Promise<void> {
  return publishEvents(connection.nc, count, (number) => {
    const id = (number % laptops) + 1;
    return { id, event: { type: 'LaptopRevised', model: `${laptopBody(id).model}, revised ${number}` } };
  });
}

/** Starts a replica and waits until there is a snapshot at the end of the stream. */
function makeSnapshot(
  { report, scope }: Bench,
  checkout: Checkout,
  { url }: Broker,
  position: number,
): Promise<void> {
  report(`writing a snapshot at position ${position}`);
  return withScope(scope, async (inner) => {
    const { lines, ...log } = followLog('LAPTOPS');
    const finished = once(lines, 'snapshot finished', { signal: AbortSignal.timeout(120_000) });
    await startService(inner, checkout, { natsUrl: url, ...log, env: { ...log.env, SNAPSHOT_EVERY: '1' } });
    const [snapshot] = await finished;
    if (snapshot.position !== position) throw new Error(`snapshot at ${snapshot.position}`);
  });
}

function timeStart(scope: ResourceScope, checkout: Checkout, natsUrl: string, snapshotEvery: string) {
  return withScope(scope, async (inner) => {
    const started = performance.now();
    await startService(inner, checkout, { natsUrl, env: { SNAPSHOT_EVERY: snapshotEvery } });
    return { seconds: (performance.now() - started) / 1000 };
  });
}
