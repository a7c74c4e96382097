import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../child-processes.ts';
import { runPaced } from '../load.ts';
import type { Checkout } from '../subjects/checkout.ts';
import { readEventLoopDelay } from '../subjects/event-loop.ts';
import { addLaptops, laptopBody, publishEvents } from '../subjects/laptops.ts';
import { followLog } from '../subjects/log.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Sample } from '../rounds.ts';

const full = 1_000_000;
const readRate = 500;
const writeRate = 200;
const connections = 64;
/** Time limit of the load during a snapshot. */
const snapshotSeconds = 60;

const alone = 'reads alone';
const withWrites = `while ${writeRate} writes/s run`;
const withSnapshot = 'while a snapshot is written';

export const tail: Scenario = {
  title: 'Tail latency of reads',
  about: `GET /laptops/1 at a fixed rate of ${readRate} requests/s, on a replica with 1 M laptops (sync_interval: 2m): alone, while POST /laptops runs at ${writeRate} requests/s, and while the replica writes a snapshot. Latency counts from the due time of the request.`,
  notes: [
    'The event-loop delay is from the metrics of the replica. It includes the sampling interval of Node.js, 10 ms.',
  ],
  comparisons: [withWrites, withSnapshot].map((of) => ({ measure: 'p99', of, by: alone })),
  parts: [{ profile: 'cpu', run }],
};

async function run(bench: Bench) {
  const subjects = await Promise.all(bench.checkouts.map((checkout) => startSubject(bench, checkout)));
  const results = await runRounds(
    bench,
    subjects.flatMap((subject) =>
      Object.entries(createCases(bench, subject)).map(([name, work]) => ({
        subject: `${name}${subject.suffix}`,
        at: readRate,
        run: () => withDelay(subject.server, work),
      })),
    ),
  );
  return ['p99', 'p50', 'loopP99', 'loopMax'].map((name) =>
    toMeasure(results, name, { unit: 'ms', better: 'less', axis: 'reads/s' }),
  );
}

/** Adds the event-loop delay of the server during `work`. */
async function withDelay(server: ServerProcess, work: () => Promise<Sample>): Promise<Sample> {
  await readEventLoopDelay(server);
  return { ...(await work()), ...(await readEventLoopDelay(server)) };
}

type Subject = Awaited<ReturnType<typeof startSubject>>;

/** Starts a replica that writes a snapshot whenever `snapshotEvery` events have been applied since the latest one. */
async function startSubject({ scope, size }: Bench, { suffix, ...checkout }: Checkout) {
  const laptops = size(full);
  const { url: natsUrl, connection } = await startBroker(scope, '2m');
  await addLaptops(connection.nc, laptops);
  const { lines, ...log } = followLog('LAPTOPS');
  const snapshot = { position: 0 };
  lines.on('snapshot finished', ({ position }: { position: number }) => (snapshot.position = position));
  // A replica with a lower setting would use a quarter of the number of laptops, which grows.
  const snapshotEvery = Math.ceil(laptops / 4) + 10_000;
  const first = laptops < snapshotEvery ? undefined : once(lines, 'snapshot finished');
  const env = { ...log.env, SNAPSHOT_EVERY: String(snapshotEvery) };
  const server = await startService(scope, { suffix, ...checkout }, { natsUrl, ...log, env });
  await first;
  const revise = (count: number) =>
    publishEvents(connection.nc, count, (number) => ({
      id: (number % laptops) + 1,
      event: { type: 'LaptopRevised', model: `revised ${number}` },
    }));
  return { suffix, server, lines, snapshot, snapshotEvery, revise };
}

function createCases({ scope, seconds }: Bench, { server, lines, ...subject }: Subject) {
  const load = { url: server.url, connections, seconds };
  const reads = { ...load, requests: [{ method: 'GET', path: '/laptops/1' }] as const, rate: readRate };
  const body = laptopBody(1);
  const writes = {
    ...load,
    requests: [{ method: 'POST', path: '/laptops', body }] as const,
    rate: writeRate,
  };

  /** Waits until the replica has applied all events, and returns its position. */
  async function catchUp(): Promise<number> {
    const response = await fetch(`${server.url}/laptops/1`, { headers: { 'Wait-For-Position': 'latest' } });
    return Number(response.headers.get('Stream-Position'));
  }

  /** Publishes all events but one before the snapshot is due, and reads while that one is published and the snapshot written. */
  async function readDuringSnapshot(): Promise<Sample> {
    const due = subject.snapshot.position + subject.snapshotEvery;
    await subject.revise(due - (await catchUp()) - 1);
    await catchUp();
    await readEventLoopDelay(server);
    const finished = once(lines, 'snapshot finished');
    const measured = runPaced(scope, { ...reads, seconds: snapshotSeconds }, finished);
    // The load generator needs some time to start.
    await sleep(1_000);
    await subject.revise(1);
    return measured;
  }

  return {
    [alone]: () => runPaced(scope, reads),
    [withWrites]: async () => (await Promise.all([runPaced(scope, reads), runPaced(scope, writes)]))[0],
    [withSnapshot]: readDuringSnapshot,
  };
}
