import { startNodeServer } from '../child-processes.ts';
import { runClosedLoop, runLoad } from '../load.ts';
import type { HttpRequest } from '../load/http-load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { peerFile, startEmmett } from '../subjects/peers.ts';
import {
  startBroker,
  startReplicas,
  settingOf,
  syncIntervals,
  type SyncInterval,
} from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { caseOf, runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

const connections = [1, 16, 64];
/** Without an id, the server generates one, so every request adds another laptop. */
const requests: readonly HttpRequest[] = [{ method: 'POST', path: '/laptops', body: laptopBody(1) }];
const barePublish = 'bare js.publish';
const minimal = 'minimal service, Koa';
const emmettServer = 'Emmett, Express, PostgreSQL';
const portside = (sync: SyncInterval) => ({
  measure: 'perSecond',
  setting: settingOf(sync),
  of: 'Portside',
});

export const write: Scenario = {
  title: 'Add a laptop',
  about: `POST /laptops over ${connections.join(', ')} connections. With sync_interval: always (and PostgreSQL's synchronous_commit on), an acknowledged write is on disk. With sync_interval: 2m, nats-server's default (and synchronous_commit off), it may still be in memory. Bare js.publish sends the same number of concurrent publishes, each with a message id and an expected sequence. The minimal service is written by hand: Koa, zod and one such publish per POST.`,
  notes: [
    'Emmett reads the stream, decides and appends. It runs with its defaults and without a read model, which is an advantage for Emmett.',
  ],
  comparisons: [
    { ...portside('always'), by: barePublish, atLeast: 0.8 },
    { ...portside('always'), by: emmettServer, atLeast: 3 },
    { ...portside('always'), by: minimal },
    { ...portside('2m'), by: minimal, atLeast: 0.8 },
    { ...portside('2m'), by: barePublish },
    { ...portside('2m'), by: emmettServer },
  ],
  parts: syncIntervals.map((sync) => ({
    setting: settingOf(sync),
    profile: 'cpu',
    run: (bench) => run(bench, sync),
  })),
};

async function run(bench: Bench, sync: SyncInterval) {
  const { scope, seconds } = bench;
  const replicas = await startReplicas(bench, sync);
  // Its own broker, because the replicas would replay what the peers publish.
  const peerBroker = await startBroker(scope, sync);
  const minimalService = await startNodeServer(scope, peerFile('minimal-service.mjs'), {
    env: { NATS_URL: peerBroker.url, NODE_ENV: 'production' },
  });
  const emmett = await startEmmett(scope, sync === 'always');
  const results = await runRounds(
    bench,
    connections.flatMap((at): Case[] => {
      const post = ({ url }: { readonly url: string }) =>
        runClosedLoop(scope, { url, requests, connections: at, seconds });
      const publish = { url: peerBroker.url, concurrency: at, seconds };
      return [
        ...replicas.map(({ suffix, server }) => caseOf(`Portside${suffix}`, at, server, post)),
        {
          subject: barePublish,
          at,
          run: () => runLoad<Sample>(scope, peerFile('js-publish.mjs'), publish),
        },
        caseOf(minimal, at, minimalService, post),
        caseOf(emmettServer, at, emmett, post),
      ];
    }),
  );
  return [
    toMeasure(results, 'perSecond', { unit: 'writes/s', better: 'more', axis: 'connections' }),
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'connections' }),
  ];
}
