/**
 * Three replicas behind a load balancer are replaced one by one, under reads and writes: no request fails, no write is lost
 * or doubled. The old ones are of the build before the last change to the services, where the clone has a history.
 */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopsClient } from '../../src/laptops/client.ts';
import { LaptopDocument } from '../../src/laptops/documents.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createHttpClient } from '../support/http/http.ts';
import { sendWithRetry, type Write } from '../support/http/idempotent-client.ts';
import { findNginx, startLoadBalancer } from '../support/http/load-balancer.ts';
import { checkOutPreviousBuild } from '../support/process/previous-build.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const nginx = findNginx();
if (nginx === undefined) process.stdout.write('skipped: the rolling update, there is no nginx on PATH\n');

const previous = await checkOutPreviousBuild().catch((error: unknown) => {
  process.stdout.write(`there is no previous build, this one replaces itself: ${String(error)}\n`);
});
const cluster = await startTestCluster();
const start = (entry?: URL) =>
  startServiceProcess('laptops', { natsUrl: cluster.url, ...(entry && { entry }) });
const startOld = () => start(previous?.entryOf('laptops'));
const replicas: ServiceProcess[] = await Promise.all([startOld(), startOld(), startOld()]);
const urls = () => replicas.map(({ url }) => url);

const neverThere = 9_000_000;

/** Reads and writes through one door, all the time; what is not answered as it should be is a failure. */
function startLoad(url: string, readHeaders: Readonly<Record<string, string>>) {
  const { get } = createHttpClient(url);
  const path = '/laptops?limit=5';
  const failures: string[] = [];
  const acknowledged: number[] = [];
  let reads = 0;
  let stopping = false;

  async function read() {
    while (!stopping) {
      try {
        const { status } = await get(path, { headers: readHeaders });
        if (status === 200) reads += 1;
        else failures.push(`GET: ${status}`);
      } catch (error) {
        failures.push(`GET: ${String(error)}`);
      }
    }
  }

  /** Every write is sent until it has its answer, under one key; each time that it had none is a failure. */
  async function send(write: Write, wanted: number): Promise<string | undefined> {
    const { status, text } = await sendWithRetry(() => `${url}/laptops`, write, {
      onRetry: (reason) => failures.push(`${write.method}: ${reason}`),
    });
    if (status === wanted) return text;
    failures.push(`${write.method}: ${status} ${text}`);
    return undefined;
  }

  async function write() {
    while (!stopping) {
      const text = await send({ method: 'POST', body: { title: 'Lenovo', model: 'S3' } }, 201);
      if (text !== undefined) acknowledged.push(LaptopDocument.parse(JSON.parse(text)).id);
      // Nothing has to be stored for this one, but a leader has to say so.
      await send({ method: 'DELETE', id: neverThere }, 204);
    }
  }

  const running = [read(), read(), write(), write()];
  return {
    failures,
    acknowledged,
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

/** Every laptop whose addition was acknowledged, by either test. */
const added: number[] = [];

const test = suite('a rolling update');
const it = nginx === undefined ? test.skip : test;

it('fails no request, and loses and doubles no write', async () => {
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
  added.push(...load.acknowledged);
  await assertExactly(added);
});

it('of the broker, one server of three after the other, fails no request, and loses and doubles no write', async () => {
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
  // While a leader is elected, a write takes as long as that; it does not fail.
  assert.equal(load.failures, []);
  added.push(...load.acknowledged);
  await assertExactly(added);
});

/** Every replica shows the laptops whose addition was acknowledged, each once, and no other. */
async function assertExactly(ids: readonly number[]) {
  const wanted = ids.toSorted((a, b) => a - b);
  for (const { url } of replicas) {
    const client = laptopsClient(url);
    // Who asks for the latest may be told to come again while a leader is elected.
    const shown = await eventually(async () => {
      const found: number[] = [];
      for await (const { id } of client.list({ waitFor: 'latest' })) found.push(id);
      return found;
    }, 60_000);
    assert.equal(shown, wanted);
  }
}
test.run();

const cleaning = suite('in the end');
cleaning('nothing is left', async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await cluster.close();
  await previous?.remove();
});
cleaning.run();
