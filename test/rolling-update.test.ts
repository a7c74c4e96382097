/** Three replicas behind a load balancer are replaced one by one, under reads and writes: no request fails, no write is lost. */

import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopsClient } from '../src/laptops/client.ts';
import { LaptopDocument } from '../src/laptops/documents.ts';
import { startTestCluster } from '../src/testing/cluster.ts';
import { eventually } from '../src/testing/eventually.ts';
import { createHttpClient } from '../src/testing/http.ts';
import { findNginx, startLoadBalancer } from '../src/testing/load-balancer.ts';
import { startServiceProcess, type ServiceProcess } from '../src/testing/service-process.ts';

const nginx = findNginx();
if (nginx === undefined) process.stdout.write('skipped: the rolling update, there is no nginx on PATH\n');

const cluster = await startTestCluster();
const start = () => startServiceProcess('laptops', { natsUrl: cluster.url });
const replicas: ServiceProcess[] = await Promise.all([start(), start(), start()]);
const urls = () => replicas.map(({ url }) => url);

/** nginx cuts kept-alive clients when it reads its configuration anew; those to the replicas are kept alive. */
const oneRequest = { Connection: 'close' };

/** Reads and writes through one door, all the time; every answer that is not the wanted one is a failure. */
function startLoad(url: string, readHeaders: Readonly<Record<string, string>>) {
  const { get, post } = createHttpClient(url);
  const failures: string[] = [];
  const acknowledged: number[] = [];
  let reads = 0;
  let stopping = false;

  async function read() {
    while (!stopping) {
      const path = '/laptops?limit=5';
      try {
        const { status } = await get(path, { headers: { ...readHeaders, ...oneRequest } });
        if (status === 200) reads += 1;
        else failures.push(`GET ${path}: ${status}`);
      } catch (error) {
        failures.push(`GET ${path}: ${String(error)}`);
      }
    }
  }

  async function write() {
    while (!stopping) {
      const request = {
        json: { title: 'Lenovo', model: 'S3' },
        headers: { 'Idempotency-Key': randomUUID(), ...oneRequest },
      };
      try {
        const { status, body } = await post('/laptops', request);
        if (status === 201) acknowledged.push(LaptopDocument.parse(body).id);
        else failures.push(`POST: ${status}`);
      } catch (error) {
        failures.push(`POST: ${String(error)}`);
      }
    }
  }

  const running = [read(), read(), write(), write()];
  return {
    failures,
    acknowledged,
    get reads() {
      return reads;
    },
    /** Resolves when so many more reads and writes were answered. */
    async goesOn(count: number) {
      const wanted = { reads: reads + count, writes: acknowledged.length + count };
      await eventually(() => {
        assert.ok(reads >= wanted.reads && acknowledged.length >= wanted.writes, 'the load does not go on');
      }, 60_000);
    },
    async stop() {
      stopping = true;
      await Promise.all(running);
    },
  };
}

const test = suite('a rolling update');
const it = nginx === undefined ? test.skip : test;

it('fails no request and loses no write', async () => {
  const balancer = await startLoadBalancer(nginx ?? '', urls());
  const load = startLoad(balancer.url, { 'Wait-For-Position': 'latest' });
  try {
    await load.goesOn(20);
    for (const old of replicas.slice()) {
      const next = await start();
      assert.is((await fetch(`${next.probeUrl}/readyz`)).status, 200);
      // As Kubernetes does: the new one gets traffic, the old one gets none any more, and only then its signal.
      replicas.splice(replicas.indexOf(old), 1, next);
      await balancer.use(urls());
      assert.is(await old.stop(), 0);
      await load.goesOn(20);
    }
  } finally {
    await load.stop();
    await balancer.close();
  }
  assert.equal(load.failures, []);
  await assertAllThere(load.acknowledged);
});

it('of the broker, one server of three after the other, fails no read and loses no write', async () => {
  const balancer = await startLoadBalancer(nginx ?? '', urls());
  // A read that asks for the latest needs a leader to ask; one that takes what a replica has needs nobody.
  const load = startLoad(balancer.url, {});
  try {
    for (const server of cluster.servers) {
      await load.goesOn(20);
      await server.kill();
      await server.restart();
      await load.goesOn(20);
    }
  } finally {
    await load.stop();
    await balancer.close();
  }
  // While a leader is elected, a write may be told to come again with its key; nothing else fails.
  assert.equal(
    load.failures.filter((failure) => failure !== 'POST: 503'),
    [],
  );
  await assertAllThere(load.acknowledged);
});

/** Every replica shows every laptop whose addition was acknowledged. */
async function assertAllThere(ids: readonly number[]) {
  for (const { url } of replicas) {
    const client = laptopsClient(url);
    // Who asks for the latest may be told to come again while a leader is elected.
    const shown = await eventually(async () => {
      const found = new Set<number>();
      for await (const { id } of client.list({ waitFor: 'latest' })) found.add(id);
      return found;
    }, 60_000);
    assert.equal(
      ids.filter((id) => !shown.has(id)),
      [],
    );
  }
}
test.run();

const cleaning = suite('in the end');
cleaning('nothing is left', async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await cluster.close();
});
cleaning.run();
