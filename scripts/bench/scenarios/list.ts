import { startReadServers } from '../subjects/catalogue.ts';
import { runClosedLoop } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { caseOf, runRounds, toMeasure, type Bench } from '../rounds.ts';

const laptops = 2_000;
const limits = [10, 100, 1_000];
const connections = 8;

export const list: Scenario = {
  title: 'List laptops',
  about: `GET /laptops?limit=n out of ${laptops} laptops with two joined ports each, over ${connections} connections, without compression.`,
  comparisons: limits.map((at) => ({
    measure: 'perSecond',
    at,
    of: 'Portside',
    by: 'node:http, same bytes',
  })),
  parts: [{ profile: 'cpu', run }],
};

async function run(bench: Bench) {
  const { scope, seconds } = bench;
  const request = (limit: number) => ({ method: 'GET', path: `/laptops?limit=${limit}` }) as const;
  const servers = await startReadServers(bench, laptops, limits.map(request));
  const results = await runRounds(
    bench,
    limits.flatMap((at) =>
      servers.map(({ subject, server }) =>
        caseOf(subject, at, server, ({ url }) =>
          runClosedLoop(scope, { url, requests: [request(at)], connections, seconds }),
        ),
      ),
    ),
  );
  const axis = 'laptops in the list';
  return [
    toMeasure(results, 'perSecond', { unit: 'lists/s', better: 'more', axis }),
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis }),
  ];
}
