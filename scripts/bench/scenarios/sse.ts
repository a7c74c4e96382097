/** Many clients that follow the live events. */

import { readResidentMiB } from '../../../test/support/process/memory.ts';
import { loadFile, runLoad } from '../load.ts';
import { peerFile } from '../peers.ts';
import { serveNode } from '../children.ts';
import { startBroker, startService } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case, type Sample } from '../turns.ts';

const full = [100, 500, 2_000];
const rate = 10;

export const serverSentEvents: Scenario = {
  title: 'Clients of the live events',
  about: `100, 500 and 2000 clients of GET /laptops/events, all in one process; ${rate} events a second are published, and every client gets every one. Latency counts from when the event was due.`,

  async run(bench) {
    const { workshop, seconds, size } = bench;
    const broker = await startBroker(workshop, '2m');
    const portside = await startService(workshop, { natsUrl: broker.url });
    const bare = await serveNode(workshop, peerFile('sse.mjs'), { env: { NATS_URL: broker.url } });
    let firstId = 1;
    const follow = (url: string, pid: number, clients: number) => async () => {
      const job = { natsUrl: broker.url, url, clients, firstId, rate, seconds };
      firstId += Math.ceil(rate * seconds);
      const sample = await runLoad<Sample>(workshop, loadFile('sse-clients.ts'), job);
      return { ...sample, mebibytes: readResidentMiB(pid) };
    };
    const taken = await takeTurns(
      bench,
      full.map(size).flatMap((at): Case[] => [
        { subject: 'Portside', at, run: follow(`${portside.url}/laptops/events`, portside.pid, at) },
        { subject: 'bare node:http on a subscription', at, run: follow(bare.url, bare.pid, at) },
      ]),
    );
    return {
      measures: [
        toMeasure(taken, 'p50', { unit: 'ms', better: 'less', axis: 'clients' }),
        toMeasure(taken, 'p99', { unit: 'ms', better: 'less', axis: 'clients' }),
        toMeasure(taken, 'mebibytes', { unit: 'MiB', better: 'less', axis: 'clients' }),
      ],
    };
  },
};
