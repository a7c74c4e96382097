import { publishCatalogue } from '../subjects/catalogue.ts';
import { runClosedLoop } from '../load.ts';
import type { HttpRequest } from '../load/http-load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { startFastApi, startFlask } from '../subjects/peers.ts';
import { startBroker, startService } from '../subjects/portside.ts';
import type { Scenario } from '../scenario.ts';
import { caseOf, runRounds, toMeasure, type Bench, type Case } from '../rounds.ts';

const laptops = 1_000;
const connections = 48;
const replicas = 3;

export const mixed: Scenario = {
  title: 'Mixed load: nine reads, one write',
  about: `${connections} connections, distributed evenly over 1 or ${replicas} replicas of one stream (sync_interval: always). Each connection sends nine GET /laptops/:id, then one POST /laptops, repeatedly. The peers store data only in memory and run as one server each.`,
  comparisons: [
    { measure: 'perSecond', at: 1, of: 'Portside', by: 'FastAPI on uvicorn' },
    { measure: 'perSecond', at: 1, of: 'Portside', by: 'Flask on gunicorn, 2 workers' },
  ],
  parts: [{ run }],
};

async function run(bench: Bench) {
  const { scope, seconds, checkouts } = bench;
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
  const cases: Case[] = [];
  for (const checkout of checkouts) {
    const { url: natsUrl, connection } = await startBroker(scope, 'always');
    await publishCatalogue(connection.nc, laptops);
    const servers = await Promise.all(
      Array.from({ length: replicas }, () => startService(scope, checkout, { natsUrl })),
    );
    const urls = servers.map(({ url }) => url);
    const subject = `Portside${checkout.suffix}`;
    cases.push({ subject, at: 1, run: () => load(urls.slice(0, 1)) });
    cases.push({ subject, at: replicas, run: () => load(urls) });
  }
  const fastApi = await startFastApi(scope, laptops);
  const flask = await startFlask(scope, laptops);
  const results = await runRounds(bench, [
    ...cases,
    caseOf('FastAPI on uvicorn', 1, fastApi, ({ url }) => load([url])),
    caseOf('Flask on gunicorn, 2 workers', 1, flask, ({ url }) => load([url])),
  ]);
  return [
    toMeasure(results, 'perSecond', { unit: 'requests/s', better: 'more', axis: 'replicas' }),
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'replicas' }),
  ];
}
