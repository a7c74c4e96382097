import { startReadServers } from '../subjects/catalogue.ts';
import { runClosedLoop } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case } from '../rounds.ts';

const laptops = 2_000;
const limits = [10, 100, 1_000];
const connections = 8;

export const list: Scenario = {
  title: 'List laptops',
  about: `GET /laptops?limit=n out of ${laptops} laptops with two joined ports each, over ${connections} connections, without compression.`,
  isProfiled: true,

  async run(bench) {
    const { scope, seconds } = bench;
    const pathOf = (limit: number) => `/laptops?limit=${limit}`;
    const servers = await startReadServers(scope, laptops, limits.map(pathOf));
    const results = await runRounds(
      bench,
      limits.flatMap((at) =>
        servers.map(({ subject, server }): Case => {
          if ('missing' in server) return { subject, at, missing: server.missing };
          const requests = [{ method: 'GET', path: pathOf(at) }] as const;
          const load = { url: server.url, requests, connections, seconds };
          return { subject, at, run: () => runClosedLoop(scope, load) };
        }),
      ),
    );
    return {
      measures: [
        toMeasure(results, 'perSecond', { unit: 'lists/s', better: 'more', axis: 'laptops in the list' }),
        toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'laptops in the list' }),
      ],
    };
  },
};
