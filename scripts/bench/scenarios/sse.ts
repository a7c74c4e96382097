import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { loadFile, runLoad } from '../load.ts';
import { peerFile } from '../subjects/peers.ts';
import { startNodeServer } from '../child-processes.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case, type Sample } from '../rounds.ts';

const full = [100, 500, 2_000];
const rate = 10;

export const serverSentEvents: Scenario = {
  title: 'Event stream clients',
  about: `100, 500 and 2000 clients of GET /laptops/events in one process. ${rate} events/s are published, and every client receives all of them. Latency counts from the due time of the event.`,

  async run(bench) {
    const { scope, seconds, size } = bench;
    const broker = await startBroker(scope, '2m');
    const portside = await startService(scope, { natsUrl: broker.url });
    const bare = await startNodeServer(scope, peerFile('sse.mjs'), { env: { NATS_URL: broker.url } });
    let firstId = 1;
    const follow = (url: string, pid: number, clients: number) => async () => {
      const job = { natsUrl: broker.url, url, clients, firstId, rate, seconds };
      firstId += Math.ceil(rate * seconds);
      const sample = await runLoad<Sample>(scope, loadFile('sse-clients.ts'), job);
      return { ...sample, mebibytes: readResidentMiB(pid) };
    };
    const results = await runRounds(
      bench,
      full.map(size).flatMap((at): Case[] => [
        { subject: 'Portside', at, run: follow(`${portside.url}/laptops/events`, portside.pid, at) },
        { subject: 'bare node:http on a subscription', at, run: follow(bare.url, bare.pid, at) },
      ]),
    );
    return {
      measures: [
        toMeasure(results, 'p50', { unit: 'ms', better: 'less', axis: 'clients' }),
        toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'clients' }),
        toMeasure(results, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'clients' }),
      ],
    };
  },
};
