/** A laptop added and acknowledged, with the disk and without. */

import { runClosedLoop, runLoad, type HttpRequest } from '../load.ts';
import { laptopBody } from '../laptops.ts';
import { peerFile, startEmmett } from '../peers.ts';
import { startBroker, startService, type SyncInterval } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  findSeries,
  ratioTarget,
  takeTurns,
  toMeasure,
  type Bench,
  type Case,
  type Sample,
} from '../turns.ts';

const connections = [1, 16, 64];
const most = 64;
/** No id: the server makes one, so every request adds another laptop. */
const requests: readonly HttpRequest[] = [{ method: 'POST', path: '/laptops', body: laptopBody(1) }];

export const write: Scenario = {
  title: 'Add a laptop, acknowledged',
  about: `POST /laptops over 1, 16 and ${most} connections. With sync_interval: always (and PostgreSQL's synchronous_commit on) an acknowledged write is on the disk; with sync_interval: 2m, nats-server's default (and synchronous_commit off), it may still be in memory. Bare js.publish makes the same number of guarded publishes at once, each with a message id.`,
  isProfiled: true,

  async run(bench) {
    const [durable, buffered] = [await runWith(bench, 'always'), await runWith(bench, '2m')];
    return {
      measures: [...durable.measures, ...buffered.measures],
      targets: [...durable.targets, ...buffered.targets],
      notes: [
        'Emmett reads the stream, decides and appends; it keeps no read model here, which is in its favour. It runs on its own defaults.',
      ],
    };
  },
};

async function runWith(bench: Bench, sync: SyncInterval) {
  const { workshop, seconds } = bench;
  const broker = await startBroker(workshop, sync);
  const portside = await startService(workshop, { natsUrl: broker.url });
  const emmett = await startEmmett(workshop, sync === 'always');
  const taken = await takeTurns(
    bench,
    connections.flatMap((at): Case[] => {
      const post = (url: string) => runClosedLoop(workshop, { url, requests, connections: at, seconds });
      const publish = { url: broker.url, concurrency: at, seconds };
      return [
        { subject: 'Portside', at, run: () => post(portside.url) },
        {
          subject: 'bare js.publish',
          at,
          run: () => runLoad<Sample>(workshop, peerFile('js-publish.mjs'), publish),
        },
        'missing' in emmett
          ? { subject: 'Emmett, Express, PostgreSQL', at, missing: emmett.missing }
          : { subject: 'Emmett, Express, PostgreSQL', at, run: () => post(emmett.url) },
      ];
    }),
  );
  const setting = `sync_interval: ${sync}`;
  const throughput = toMeasure(taken, 'perSecond', {
    unit: `writes/s, ${setting}`,
    better: 'more',
    axis: 'connections',
  });
  const at = (subject: string) => findSeries(throughput, subject, most);
  return {
    measures: [
      throughput,
      toMeasure(taken, 'p99', { unit: `ms, ${setting}`, better: 'less', axis: 'connections' }),
    ],
    targets: [
      ratioTarget(at('Portside'), at('bare js.publish'), {
        what: `Portside ÷ bare js.publish, ${setting}`,
        bound: 'at least',
        wanted: 0.6,
      }),
      ratioTarget(at('Portside'), at('Emmett, Express, PostgreSQL'), {
        what: `Portside ÷ Emmett on PostgreSQL, ${setting}`,
        bound: 'at least',
        wanted: 3,
      }),
    ],
  };
}
