/** One laptop, read again and again. */

import { startReadServers } from '../catalogue.ts';
import { runClosedLoop, runPaced, type HttpRequest } from '../load.ts';
import type { Scenario } from '../scenario.ts';
import { findSeries, ratioTarget, takeTurns, toMeasure, type Case } from '../turns.ts';

const laptops = 1_000;
const asked = 100;
const most = 64;
const rate = 500;

export const readOne: Scenario = {
  title: 'Read one laptop',
  about: `GET /laptops/:id of ${asked} laptops in turn, each with two joined ports, as fast as it is answered, over 1, 8 and ${most} connections; then ${rate} requests a second at a fixed pace.`,
  isProfiled: true,

  async run(bench) {
    const { workshop, seconds } = bench;
    const requests = Array.from({ length: asked }, (_, index): HttpRequest => ({
      method: 'GET',
      path: `/laptops/${index + 1}`,
    }));
    const servers = await startReadServers(
      workshop,
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

    const closed = await takeTurns(
      bench,
      cases([1, 8, most], (url, connections) =>
        runClosedLoop(workshop, { url, requests, connections, seconds }),
      ),
    );
    const paced = await takeTurns(
      bench,
      cases([rate], (url) => runPaced(workshop, { url, requests, connections: most, seconds, rate })),
    );
    const throughput = toMeasure(closed, 'perSecond', {
      unit: 'requests/s',
      better: 'more',
      axis: 'connections',
    });
    const portside = findSeries(throughput, 'Portside', most);
    const beside = (subject: string) => findSeries(throughput, subject, most);
    return {
      measures: [
        throughput,
        toMeasure(closed, 'p99', { unit: 'ms', better: 'less', axis: 'connections' }),
        toMeasure(paced, 'p99', { unit: 'ms at a fixed pace', better: 'less', axis: 'requests/s' }),
      ],
      targets: [
        ratioTarget(portside, beside('node:http, same bytes'), {
          what: 'Portside ÷ bare node:http sending the same bytes',
          bound: 'at least',
          wanted: 0.8,
        }),
        ratioTarget(portside, beside('FastAPI on uvicorn'), {
          what: 'Portside ÷ FastAPI on uvicorn',
          bound: 'at least',
          wanted: 5,
        }),
        ratioTarget(portside, beside('Flask on gunicorn, 2 workers'), {
          what: 'Portside ÷ Flask on gunicorn (2 workers)',
          bound: 'at least',
          wanted: 3,
        }),
      ],
      notes: [
        'Bare node:http looks the path up in a table and sends the bytes and headers that Portside sent once.',
      ],
    };
  },
};
