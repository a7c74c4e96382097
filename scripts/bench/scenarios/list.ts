/** A page of the list, short and long. */

import { startReadServers } from '../catalogue.ts';
import { runClosedLoop } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case } from '../turns.ts';

const laptops = 2_000;
const limits = [10, 100, 1_000];
const connections = 8;

export const list: Scenario = {
  title: 'List laptops',
  about: `GET /laptops?limit=n out of ${laptops} laptops with two joined ports each, over ${connections} connections, not compressed.`,
  isProfiled: true,

  async run(bench) {
    const { workshop, seconds } = bench;
    const pathOf = (limit: number) => `/laptops?limit=${limit}`;
    const servers = await startReadServers(workshop, laptops, limits.map(pathOf));
    const taken = await takeTurns(
      bench,
      limits.flatMap((at) =>
        servers.map(({ subject, server }): Case => {
          if ('missing' in server) return { subject, at, missing: server.missing };
          const requests = [{ method: 'GET', path: pathOf(at) }] as const;
          const load = { url: server.url, requests, connections, seconds };
          return { subject, at, run: () => runClosedLoop(workshop, load) };
        }),
      ),
    );
    return {
      measures: [
        toMeasure(taken, 'perSecond', { unit: 'lists/s', better: 'more', axis: 'laptops in the list' }),
        toMeasure(taken, 'p99', { unit: 'ms', better: 'less', axis: 'laptops in the list' }),
      ],
    };
  },
};
