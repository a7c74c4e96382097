import { startReadServers } from '../subjects/catalogue.ts';
import { runClosedLoop, runPaced, type LoadResult } from '../load.ts';
import type { HttpRequest } from '../load/http-load.ts';
import type { Scenario } from '../scenario.ts';
import { caseOf, runRounds, toMeasure, type Bench } from '../rounds.ts';

const laptops = 1_000;
const requestedLaptops = 100;
const maxConnections = 64;
const rate = 500;

export const readOne: Scenario = {
  title: 'Read one laptop',
  about: `GET /laptops/:id of ${requestedLaptops} laptops in turn, each with two joined ports, in a closed loop over 1, 8 and ${maxConnections} connections; then at a fixed rate of ${rate} requests/s.`,
  notes: ['Bare node:http looks up the path in a table and sends bytes and headers captured from Portside.'],
  comparisons: [
    { measure: 'perSecond', of: 'Portside', by: 'node:http, same bytes', atLeast: 0.85 },
    { measure: 'perSecond', of: 'Portside', by: 'FastAPI on uvicorn', atLeast: 5 },
    { measure: 'perSecond', of: 'Portside', by: 'Flask on gunicorn, 2 workers', atLeast: 8 },
  ],
  parts: [{ profile: 'cpu', run }],
};

async function run(bench: Bench) {
  const { scope, seconds } = bench;
  const requests = Array.from({ length: requestedLaptops }, (_, index): HttpRequest => ({
    method: 'GET',
    path: `/laptops/${index + 1}`,
  }));
  const servers = await startReadServers(bench, laptops, requests);
  const cases = (axis: readonly number[], load: (url: string, at: number) => Promise<LoadResult>) =>
    axis.flatMap((at) =>
      servers.map(({ subject, server }) => caseOf(subject, at, server, ({ url }) => load(url, at))),
    );
  const closed = await runRounds(
    bench,
    cases([1, 8, maxConnections], (url, connections) =>
      runClosedLoop(scope, { url, requests, connections, seconds }),
    ),
  );
  const paced = await runRounds(
    bench,
    cases([rate], async (url) =>
      runPaced(scope, { url, requests, connections: maxConnections, seconds, rate }),
    ),
  );
  return [
    toMeasure(closed, 'perSecond', { unit: 'requests/s', better: 'more', axis: 'connections' }),
    toMeasure(closed, 'p99', { unit: 'ms', better: 'less', axis: 'connections' }),
    {
      ...toMeasure(paced, 'p99', { unit: 'ms', better: 'less', axis: 'requests/s' }),
      name: 'pacedP99',
    },
  ];
}
