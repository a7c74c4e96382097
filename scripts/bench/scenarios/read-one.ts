import { startReadServers } from '../subjects/catalogue.ts';
import { runClosedLoop, runPaced, type HttpRequest } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { findSeries, ratioTarget, runRounds, toMeasure, type Case } from '../rounds.ts';

const laptops = 1_000;
const requestedLaptops = 100;
const maxConnections = 64;
const rate = 500;

export const readOne: Scenario = {
  title: 'Read one laptop',
  about: `GET /laptops/:id of ${requestedLaptops} laptops in turn, each with two joined ports, in a closed loop over 1, 8 and ${maxConnections} connections; then at a fixed rate of ${rate} requests/s.`,
  isProfiled: true,

  async run(bench) {
    const { scope, seconds } = bench;
    const requests = Array.from({ length: requestedLaptops }, (_, index): HttpRequest => ({
      method: 'GET',
      path: `/laptops/${index + 1}`,
    }));
    const servers = await startReadServers(
      scope,
      laptops,
      requests.map(({ path }) => path),
    );
    const cases = (
      axis: readonly number[],
      run: (url: string, at: number) => ReturnType<typeof runClosedLoop>,
    ) =>
      axis.flatMap((at) =>
        servers.map(({ subject, server }): Case =>
          'missing' in server
            ? { subject, at, missing: server.missing }
            : { subject, at, run: () => run(server.url, at) },
        ),
      );

    const closed = await runRounds(
      bench,
      cases([1, 8, maxConnections], (url, connections) =>
        runClosedLoop(scope, { url, requests, connections, seconds }),
      ),
    );
    const paced = await runRounds(
      bench,
      cases([rate], (url) => runPaced(scope, { url, requests, connections: maxConnections, seconds, rate })),
    );
    const throughput = toMeasure(closed, 'perSecond', {
      unit: 'requests/s',
      better: 'more',
      axis: 'connections',
    });
    const portside = findSeries(throughput, 'Portside', maxConnections);
    const peer = (subject: string) => findSeries(throughput, subject, maxConnections);
    return {
      measures: [
        throughput,
        toMeasure(closed, 'p99', { unit: 'ms', better: 'less', axis: 'connections' }),
        toMeasure(paced, 'p99', { unit: 'ms at a fixed rate', better: 'less', axis: 'requests/s' }),
      ],
      targets: [
        ratioTarget(portside, peer('node:http, same bytes'), {
          what: 'Portside ÷ bare node:http sending the same bytes',
          bound: 'at least',
          wanted: 0.8,
        }),
        ratioTarget(portside, peer('FastAPI on uvicorn'), {
          what: 'Portside ÷ FastAPI on uvicorn',
          bound: 'at least',
          wanted: 5,
        }),
        ratioTarget(portside, peer('Flask on gunicorn, 2 workers'), {
          what: 'Portside ÷ Flask on gunicorn (2 workers)',
          bound: 'at least',
          wanted: 3,
        }),
      ],
      notes: [
        'Bare node:http looks up the path in a table and sends bytes and headers captured from Portside.',
      ],
    };
  },
};
