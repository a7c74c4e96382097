import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { loadFile, runLoad } from '../load.ts';
import { peerFile } from '../subjects/peers.ts';
import { startNodeServer } from '../child-processes.ts';
import { startBroker, startReplicas } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

const full = [100, 500, 2_000];
const rate = 10;
const bare = 'bare node:http on a subscription';

export const serverSentEvents: Scenario = {
  title: 'Event stream clients',
  about: `100, 500 and 2000 clients of GET /laptops/events in one process. ${rate} events/s are published, and every client receives all of them. Latency counts from the due time of the event.`,
  comparisons: [{ measure: 'p99', of: 'Portside', by: bare }],
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, seconds, size } = bench;
  const replicas = await startReplicas(bench, '2m');
  const { url: natsUrl } = await startBroker(scope, '2m');
  const peer = await startNodeServer(scope, peerFile('sse.mjs'), { env: { NATS_URL: natsUrl } });
  let firstId = 1;
  const follow = (natsUrl: string, url: string, pid: number, clients: number) => async () => {
    const job = { natsUrl, url, clients, firstId, rate, seconds };
    firstId += Math.ceil(rate * seconds);
    const sample = await runLoad<Sample>(scope, loadFile('sse-clients.ts'), job);
    return { ...sample, mebibytes: readResidentMiB(pid) };
  };
  const results = await runRounds(
    bench,
    full.map(size).flatMap((at): Case[] => [
      ...replicas.map(({ suffix, broker, server: { url, pid } }) => ({
        subject: `Portside${suffix}`,
        at,
        run: follow(broker.url, `${url}/laptops/events`, pid, at),
      })),
      { subject: bare, at, run: follow(natsUrl, peer.url, peer.pid, at) },
    ]),
  );
  return [
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'clients' }),
    toMeasure(results, 'p50', { unit: 'ms', better: 'less', axis: 'clients' }),
    toMeasure(results, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'clients' }),
  ];
}
