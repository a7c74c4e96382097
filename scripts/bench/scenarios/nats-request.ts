import { runClosedLoop, runLoad, loadFile } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { startReplicas } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Bench, type Case, type Sample } from '../rounds.ts';

export const natsRequest: Scenario = {
  title: 'Command over NATS request/reply',
  about:
    'laptops.commands.add compared with POST /laptops, with 1, 16 and 64 concurrent requests and sync_interval: always.',
  notes: [
    'The load generator of the NATS API is a Node process; that of the REST API is wrk, written in C, if installed.',
  ],
  comparisons: [{ measure: 'perSecond', of: 'Portside, NATS request', by: 'Portside, REST' }],
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, seconds } = bench;
  const body = laptopBody(1);
  const replicas = await startReplicas(bench, 'always');
  const results = await runRounds(
    bench,
    [1, 16, 64].flatMap((at) =>
      replicas.flatMap(({ suffix, broker, server: { url } }): Case[] => {
        const job = { url: broker.url, subject: 'laptops.commands.add', body, concurrency: at, seconds };
        const requests = [{ method: 'POST', path: '/laptops', body }] as const;
        return [
          {
            subject: `Portside, NATS request${suffix}`,
            at,
            run: () => runLoad<Sample>(scope, loadFile('nats-requests.ts'), job),
          },
          {
            subject: `Portside, REST${suffix}`,
            at,
            run: () => runClosedLoop(scope, { url, requests, connections: at, seconds }),
          },
        ];
      }),
    ),
  );
  const axis = 'concurrent requests';
  return [
    toMeasure(results, 'perSecond', { unit: 'commands/s', better: 'more', axis }),
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis }),
  ];
}
