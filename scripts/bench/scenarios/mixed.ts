import { publishCatalogue } from '../subjects/catalogue.ts';
import { runClosedLoop, type HttpRequest } from '../load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { startFastApi, startFlask } from '../subjects/peers.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { runRounds, toMeasure, type Case } from '../rounds.ts';

const laptops = 1_000;
const connections = 48;
const replicas = 3;

export const mixed: Scenario = {
  title: 'Mixed load: nine reads, one write',
  about: `${connections} connections, distributed evenly over 1 or ${replicas} replicas of one stream (sync_interval: always). Each connection sends nine GET /laptops/:id, then one POST /laptops, repeatedly. The peers store data only in memory and run as one server each.`,

  async run(bench) {
    const { scope, seconds } = bench;
    const broker = await startBroker(scope, 'always');
    await publishCatalogue(broker.connection.nc, laptops);
    const ours = await Promise.all(
      Array.from({ length: replicas }, () => startService(scope, { natsUrl: broker.url })),
    );
    const requests = Array.from({ length: 100 }, (_, index): HttpRequest =>
      index % 10 === 9
        ? { method: 'POST', path: '/laptops', body: laptopBody(index) }
        : { method: 'GET', path: `/laptops/${index + 1}` },
    );
    async function load(urls: readonly string[]) {
      const share = { requests, connections: Math.ceil(connections / urls.length), seconds };
      const loads = await Promise.all(urls.map((url) => runClosedLoop(scope, { url, ...share })));
      return {
        perSecond: loads.reduce((sum, { perSecond }) => sum + perSecond, 0),
        p99: Math.max(...loads.map(({ p99 }) => p99)),
      };
    }
    const peers = [
      { subject: 'FastAPI on uvicorn', server: await startFastApi(scope, laptops) },
      { subject: 'Flask on gunicorn, 2 workers', server: await startFlask(scope, laptops) },
    ];
    const urls = ours.map(({ url }) => url);
    const results = await runRounds(bench, [
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
        toMeasure(results, 'perSecond', { unit: 'requests/s', better: 'more', axis: 'replicas' }),
        toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'replicas' }),
      ],
    };
  },
};
