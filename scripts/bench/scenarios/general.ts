import { startCatalogue } from '../subjects/catalogue.ts';
import { runClosedLoop } from '../load.ts';
import type { HttpRequest } from '../load/http-load.ts';
import { laptopBody } from '../subjects/laptops.ts';
import { captureResponses, startFastApi, startKoa } from '../subjects/peers.ts';
import type { Scenario } from '../scenario.ts';
import { caseOf, runRounds, toMeasure, type Bench } from '../rounds.ts';

const laptops = 1_000;
const requestedLaptops = 100;
const connections = 64;
const koa = 'Koa, same bytes';
const fastApi = 'FastAPI on uvicorn';

type Kind = {
  readonly setting: string;
  /** Called with the ids 1 to 100. */
  readonly request: (id: number) => HttpRequest;
  /** Status of the responses. */
  readonly status: number;
  /** True if the request has the entity tag of a previous response. */
  readonly isConditional?: boolean;
  /** True if the FastAPI application has the route. */
  readonly isInFastApi?: boolean;
};

const get = (path: string): HttpRequest => ({ method: 'GET', path });
const kinds: readonly Kind[] = [
  { setting: 'list of 10', request: () => get('/laptops?limit=10'), status: 200, isInFastApi: true },
  {
    setting: 'filter, list of 10',
    request: () => get('/laptops?title=Lenovo&limit=10'),
    status: 200,
    isInFastApi: true,
  },
  { setting: 'history of 3 events', request: (id) => get(`/laptops/${id}/events`), status: 200 },
  { setting: 'If-None-Match', request: (id) => get(`/laptops/${id}`), status: 304, isConditional: true },
  { setting: 'HEAD', request: (id) => ({ method: 'HEAD', path: `/laptops/${id}` }), status: 200 },
  {
    setting: 'POST',
    request: (id) => ({ method: 'POST', path: '/laptops', body: laptopBody(id) }),
    status: 201,
    isInFastApi: true,
  },
];

/** The targets are for GET. */
const hasTarget = ({ request }: Kind) => request(1).method === 'GET';

export const general: Scenario = {
  title: 'Other requests',
  about: `Every route but that of \`read-one\`, with ${laptops} laptops with two joined ports each, over ${connections} connections. Koa with @koa/router sends the same status and bytes, captured from Portside; it stores nothing at POST. FastAPI keeps its laptops in memory.`,
  comparisons: kinds.flatMap((kind) => {
    const portside = { measure: 'perSecond', setting: kind.setting, of: 'Portside' };
    return [
      { ...portside, by: koa, ...(hasTarget(kind) && { atLeast: 0.8 }) },
      ...(kind.isInFastApi ? [{ ...portside, by: fastApi, ...(hasTarget(kind) && { atLeast: 3 }) }] : []),
    ];
  }),
  parts: kinds.map((kind) => ({
    setting: kind.setting,
    profile: 'cpu',
    run: (bench) => run(bench, kind),
  })),
};

async function run(bench: Bench, kind: Kind) {
  const { scope, seconds } = bench;
  const replicas = await startCatalogue(bench, laptops);
  const ours = await Promise.all(
    replicas.map(async ({ suffix, server }) => ({
      subject: `Portside${suffix}`,
      server,
      ...(await capture(kind, server.url)),
    })),
  );
  const [{ requests, responses } = { requests: [], responses: [] }] = ours;
  const servers = [
    ...ours,
    { subject: koa, server: await startKoa(scope, responses), requests },
    ...(kind.isInFastApi ? [{ subject: fastApi, server: await startFastApi(scope, laptops), requests }] : []),
  ];
  const results = await runRounds(
    bench,
    servers.map(({ subject, server, requests }) =>
      caseOf(subject, connections, server, ({ url }) =>
        runClosedLoop(scope, { url, requests, connections, seconds }),
      ),
    ),
  );
  return [
    toMeasure(results, 'perSecond', { unit: 'requests/s', better: 'more', axis: 'connections' }),
    toMeasure(results, 'p99', { unit: 'ms', better: 'less', axis: 'connections' }),
  ];
}

/** Returns the requests and the responses of Portside. @throws Error if one has another status */
async function capture({ setting, request, status, isConditional = false }: Kind, url: string) {
  const plain = Array.from({ length: requestedLaptops }, (_, index) => request(index + 1));
  const first = isConditional ? await captureResponses(url, plain) : [];
  const requests = plain.map((one, index): HttpRequest => {
    const etag = first[index]?.headers['etag'];
    return etag === undefined ? one : { ...one, headers: { 'If-None-Match': etag } };
  });
  const responses = await captureResponses(url, requests);
  const other = responses.find((response) => response.status !== status);
  if (other !== undefined) throw new Error(`${setting}: status ${other.status} at ${other.path}`);
  return { requests, responses };
}
