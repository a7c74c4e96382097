/** Nine reads and one write, on one replica and on three. */

import { fillCatalogue } from '../catalogue.ts';
import { runClosedLoop, type HttpRequest } from '../load.ts';
import { laptopBody } from '../laptops.ts';
import { startFastApi, startFlask } from '../peers.ts';
import { startBroker, startService } from '../portside.ts';
import type { Scenario } from '../scenario.ts';
import { takeTurns, toMeasure, type Case } from '../turns.ts';

const laptops = 1_000;
const connections = 48;
const replicas = 3;

export const mixed: Scenario = {
  title: 'Nine reads and one write',
  about: `${connections} connections in all, spread evenly over 1 or ${replicas} replicas of one stream (sync_interval: always); each sends nine GET /laptops/:id and one POST /laptops in turn. The peers write to memory alone, and are one server each.`,

  async run(bench) {
    const { workshop, seconds } = bench;
    const broker = await startBroker(workshop, 'always');
    await fillCatalogue(broker.connection.nc, laptops);
    const ours = await Promise.all(
      Array.from({ length: replicas }, () => startService(workshop, { natsUrl: broker.url })),
    );
    const requests = Array.from({ length: 100 }, (_, index): HttpRequest =>
      index % 10 === 9
        ? { method: 'POST', path: '/laptops', body: laptopBody(index) }
        : { method: 'GET', path: `/laptops/${index + 1}` },
    );
    async function load(urls: readonly string[]) {
      const share = { requests, connections: Math.ceil(connections / urls.length), seconds };
      const answered = await Promise.all(urls.map((url) => runClosedLoop(workshop, { url, ...share })));
      return {
        perSecond: answered.reduce((sum, { perSecond }) => sum + perSecond, 0),
        p99: Math.max(...answered.map(({ p99 }) => p99)),
      };
    }
    const peers = [
      { subject: 'FastAPI on uvicorn', server: await startFastApi(workshop, laptops) },
      { subject: 'Flask on gunicorn, 2 workers', server: await startFlask(workshop, laptops) },
    ];
    const urls = ours.map(({ url }) => url);
    const taken = await takeTurns(bench, [
      { subject: 'Portside', at: 1, run: () => load(urls.slice(0, 1)) },
      { subject: 'Portside', at: replicas, run: () => load(urls) },
      ...peers.map(({ subject, server }): Case =>
        'missing' in server
          ? { subject, at: 1, missing: server.missing }
          : { subject, at: 1, run: () => load([server.url]) },
      ),
    ]);
    return {
      measures: [
        toMeasure(taken, 'perSecond', { unit: 'requests/s', better: 'more', axis: 'replicas' }),
        toMeasure(taken, 'p99', { unit: 'ms', better: 'less', axis: 'replicas' }),
      ],
    };
  },
};
