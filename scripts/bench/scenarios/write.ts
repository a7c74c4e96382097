import { runClosedLoop, runLoad, type HttpRequest } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { peerFile, startEmmett } from '../subjects/peers.ts';
import { startBroker, startService, type SyncInterval } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import {
  findSeries,
  ratioTarget,
  runRounds,
  toMeasure,
  type Bench,
  type Case,
  type Sample,
} from '../rounds.ts';

const connections = [1, 16, 64];
const maxConnections = 64;
/** Without an id, the server generates one, so every request adds another laptop. */
const requests: readonly HttpRequest[] = [{ method: 'POST', path: '/laptops', body: laptopBody(1) }];

export const write: Scenario = {
  title: 'Add a laptop',
  about: `POST /laptops over 1, 16 and ${maxConnections} connections. With sync_interval: always (and PostgreSQL's synchronous_commit on), an acknowledged write is on disk. With sync_interval: 2m, nats-server's default (and synchronous_commit off), it may still be in memory. Bare js.publish sends the same number of concurrent publishes, each with a message id and an expected sequence.`,
  isProfiled: true,

  async run(bench) {
    const [durable, buffered] = [await runWith(bench, 'always'), await runWith(bench, '2m')];
    return {
      measures: [...durable.measures, ...buffered.measures],
      targets: [...durable.targets, ...buffered.targets],
      notes: [
        'Emmett reads the stream, decides and appends. It runs with its defaults and without a read model, which is an advantage for Emmett.',
      ],
    };
  },
};

async function runWith(bench: Bench, sync: SyncInterval) {
  const { scope, seconds } = bench;
  const broker = await startBroker(scope, sync);
  const portside = await startService(scope, { natsUrl: broker.url });
  const emmett = await startEmmett(scope, sync === 'always');
  const results = await runRounds(
    bench,
    connections.flatMap((at): Case[] => {
      const post = (url: string) => runClosedLoop(scope, { url, requests, connections: at, seconds });
      const publish = { url: broker.url, concurrency: at, seconds };
      return [
        { subject: 'Portside', at, run: () => post(portside.url) },
        {
          subject: 'bare js.publish',
          at,
          run: () => runLoad<Sample>(scope, peerFile('js-publish.mjs'), publish),
        },
        'missing' in emmett
          ? { subject: 'Emmett, Express, PostgreSQL', at, missing: emmett.missing }
          : { subject: 'Emmett, Express, PostgreSQL', at, run: () => post(emmett.url) },
      ];
    }),
  );
  const setting = `sync_interval: ${sync}`;
  const throughput = toMeasure(results, 'perSecond', {
    unit: `writes/s, ${setting}`,
    better: 'more',
    axis: 'connections',
  });
  const at = (subject: string) => findSeries(throughput, subject, maxConnections);
  return {
    measures: [
      throughput,
      toMeasure(results, 'p99', { unit: `ms, ${setting}`, better: 'less', axis: 'connections' }),
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
