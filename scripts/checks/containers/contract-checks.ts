/** Checks the REST and NATS APIs from outside the containers. */

import { jetstreamManager } from '@nats-io/jetstream';
import * as assert from 'uvu/assert';
import { connectToNats, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { pingServices } from '../../../src/kit/nats/services/framework/discovery.ts';
import { eventually } from '../../../test/support/eventually.ts';
import {
  assertProblem,
  createHttpClient,
  positionOf,
  type HttpClient,
} from '../../../test/support/http/http.ts';
import type { Check } from '../checks.ts';
import { findNatsCli, NATS_CLI_HINT } from '../../setup/programs/nats-cli.mjs';
import { natsUrlOf, replicaCount, services, urlsOf, type Deployment } from './deployment.ts';
import { runIn, type RunContext } from './run-context.ts';

/** Request timeout of the nats CLI. */
const cliTimeout = '10s';

export function contractChecks(context: RunContext, deployment: Deployment): readonly Check[] {
  async function clients(service: string): Promise<[HttpClient, ...HttpClient[]]> {
    const [first, ...others] = (await urlsOf(deployment, service)).map(createHttpClient);
    assert.ok(first !== undefined);
    assert.is(others.length, replicaCount - 1);
    return [first, ...others];
  }

  return [
    {
      name: 'REST: a write to one container is visible in all others, which apply the same rules',
      async run() {
        for (const [service, added, changed] of [
          ['laptops', { title: 'Lenovo', model: 'S3' }, { title: 'Lenovo', model: 'S4' }],
          ['ports', { name: 'USB-C' }, { name: 'USB-C 4' }],
        ] as const) {
          const [first, ...others] = await clients(service);
          const created = await first.post(`/${service}`, { json: { id: 1000, ...added } });
          assert.is(created.status, 201, created.text);
          for (const other of others) {
            const headers = { 'Wait-For-Position': String(positionOf(created)) };
            const read = await other.get(`/${service}/1000`, { headers });
            assert.equal([read.status, read.text], [200, created.text]);
            assertProblem(await other.post(`/${service}`, { json: { id: 1000, ...added } }), 'conflict');
            assertProblem(await other.put(`/${service}/1000`, { json: {} }), 'invalid');
          }
          const headers = { 'If-Match': created.headers.get('ETag') ?? '' };
          const revised = await first.put(`/${service}/1000`, { json: changed, headers });
          assert.is(revised.status, 200, revised.text);
          for (const other of others) {
            const stale = await other.put(`/${service}/1000`, { json: changed, headers });
            assertProblem(stale, 'precondition-failed');
          }
          for (const client of [first, ...others]) {
            assert.is((await client.delete(`/${service}/1000`)).status, 204);
          }
          const asOf = await first.get(`/${service}?asOf=${positionOf(created)}`);
          assert.is(asOf.status, 200, 'the child process that serves point-in-time lists');
          assert.ok(asOf.text.includes(created.text), asOf.text);
        }
        return { verdict: 'ok' };
      },
    },
    {
      name: 'REST: the documentation is complete',
      async run() {
        for (const service of services) {
          const [client] = await clients(service);
          const page = await client.get('/docs', { headers: { Accept: 'text/html' } });
          const links = [...page.text.matchAll(/(?:href|src)="(\/docs\/[^"]+)"/g)].map(
            ([, link = '']) => link,
          );
          assert.ok(links.length >= 3, page.text);
          for (const path of ['/openapi.json', '/problems', ...links]) {
            assert.is((await client.get(path)).status, 200, path);
          }
        }
        return { verdict: 'ok' };
      },
    },
    {
      name: 'NATS: commands and queries receive responses, and every container responds to discovery',
      run: () =>
        withConnection(deployment, async ({ nc }) => {
          const request = async (subject: string, payload: object) =>
            (await nc.request(subject, JSON.stringify(payload), { timeout: 10_000 })).json<object>();
          const laptop = { id: 1001, title: 'Lenovo', model: 'S3' };
          const added = await request('laptops.commands.add', laptop);
          assert.equal(Object.entries(added)[1], ['laptop', { ...laptop, ports: [] }]);
          assert.match(
            JSON.stringify(await request('ports.commands.add', { id: 1001, name: 'USB-C' })),
            /USB-C/,
          );
          await eventually(async () => {
            assert.match(JSON.stringify(await request('laptops.queries.get', { id: 1001 })), /Lenovo/);
          });
          const expected = services.flatMap((name) => Array.from({ length: replicaCount }, () => name));
          // A ping does not wait for slow containers.
          await eventually(async () => {
            const responding = await pingServices(nc);
            assert.equal(responding.map(({ name }) => name).toSorted(), expected);
          });
          return { verdict: 'ok' };
        }),
    },
    {
      name: 'NATS: a directly published event is applied, and an invalid one is listed as rejected',
      run: () =>
        withConnection(deployment, async (connection) => {
          const jsm = await jetstreamManager(connection.nc);
          const publish = () =>
            jsm
              .jetstream()
              .publish(
                'laptops.events.1002',
                JSON.stringify({ type: 'LaptopAdded', title: 'Lenovo', model: 'X1' }),
              );
          await publish();
          const rejected = await publish();
          const headers = { 'Wait-For-Position': String(rejected.seq) };
          for (const client of await clients('laptops')) {
            assert.is((await client.get('/laptops/1002', { headers })).status, 200);
            const { text } = await client.get('/laptops/rejections');
            assert.ok(text.includes(`"position":${rejected.seq}`), text);
          }
          return { verdict: 'ok' };
        }),
    },
    {
      name: 'the nats CLI: req, pub and micro',
      async run() {
        const program = (await findNatsCli())?.path;
        if (program === undefined) return { verdict: 'skipped', reason: NATS_CLI_HINT };
        const url = await natsUrlOf(deployment);
        const nats = (...args: string[]) =>
          runIn(context, program, ['-s', url, '--timeout', cliTimeout, ...args]);
        const laptop = { title: 'Apple', model: 'Air' };
        const event = JSON.stringify({ type: 'LaptopAdded', ...laptop });
        assert.match(
          await nats('req', 'laptops.commands.add', JSON.stringify({ id: 1003, ...laptop })),
          /"Air"/,
        );
        await nats('pub', 'laptops.events.1004', event);
        const [client] = await clients('laptops');
        const read = await client.get('/laptops/1004', { headers: { 'Wait-For-Position': 'latest' } });
        assert.is(read.status, 200, read.text);
        const listed = await nats('micro', 'ls');
        assert.ok(
          services.every((service) => listed.includes(service)),
          listed,
        );
        return { verdict: 'ok' };
      },
    },
  ];
}

/** Runs `use` with a connection to the broker. */
export async function withConnection<T>(
  deployment: Deployment,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectToNats({ url: await natsUrlOf(deployment), name: 'test' });
  try {
    return await use(connection);
  } finally {
    await connection.nc.close();
  }
}
