/**
 * Replaces three replicas behind a load balancer one by one, under read and write load. The old replicas run the build
 * before the last change to the services, or the current build if the clone has no history.
 */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createClient } from '../../src/kit/client/create-client.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { LaptopDocument } from '../../src/laptops/documents.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createHttpClient } from '../support/http/http.ts';
import { sendWithRetry, type Write } from '../support/http/idempotent-client.ts';
import { findNginx, startLoadBalancer, type LoadBalancer } from '../support/http/load-balancer.ts';
import { checkOutPreviousBuild } from '../support/process/previous-build.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const nginx = findNginx();
if (nginx === undefined)
  process.stdout.write('skipped: the rolling update needs nginx, which is not on PATH\n');

const previous = await checkOutPreviousBuild().catch((error: unknown) => {
  process.stdout.write(`no previous build, using the current one for the old replicas: ${String(error)}\n`);
});
const cluster = await startTestCluster();
const start = (entry?: URL) =>
  startServiceProcess('laptops', { natsUrl: cluster.url, ...(entry && { entry }) });
const startOld = () => start(previous?.entryOf('laptops'));
const replicas: ServiceProcess[] = await Promise.all([startOld(), startOld(), startOld()]);
const urls = () => replicas.map(({ url }) => url);

const missingId = 9_000_000;

/** Reads and writes continuously through `url`. Every unexpected response and every retry is recorded as a failure. */
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

  /** Sends a write under one idempotency key until it gets a response. Each retry is recorded as a failure. */
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
      // Appends nothing, but the service must confirm with the stream leader that the laptop does not exist.
      await send({ method: 'DELETE', id: missingId }, 204);
    }
  }

  const running = [read(), read(), write(), write()];
  return {
    failures,
    acknowledged,
    /** Resolves after `count` further successful reads and `count` further successful writes. */
    async awaitProgress(count: number) {
      const wanted = { reads: reads + count, writes: acknowledged.length + count };
      await eventually(() => {
        assert.ok(
          reads >= wanted.reads && acknowledged.length >= wanted.writes,
          'the load makes no progress',
        );
      }, 60_000);
    },
    async stop() {
      stopping = true;
      await Promise.all(running);
    },
  };
}

/** Ids of the laptops whose addition was acknowledged, in both tests. */
const added: number[] = [];

const test = suite('a rolling update');
const it = nginx === undefined ? test.skip : test;

/** Runs `update` under load, and asserts that no request failed and that every acknowledged write is stored once. */
async function assertUnnoticed(
  headers: Readonly<Record<string, string>>,
  update: (load: ReturnType<typeof startLoad>, balancer: LoadBalancer) => Promise<void>,
): Promise<void> {
  const balancer = await startLoadBalancer(nginx ?? '', urls());
  const load = startLoad(balancer.url, headers);
  try {
    await update(load, balancer);
  } finally {
    await load.stop();
    await balancer.close();
  }
  assert.equal(load.failures, []);
  added.push(...load.acknowledged);
  await assertExactly(added);
}

it('of the service fails no request, and neither loses nor duplicates a write', () =>
  assertUnnoticed({ 'Wait-For-Position': 'latest' }, async (load, balancer) => {
    await load.awaitProgress(20);
    for (const old of replicas.slice()) {
      const next = await start();
      assert.is((await fetch(`${next.probeUrl}/readyz`)).status, 200);
      // As in Kubernetes: the new replica receives traffic, the old one stops receiving it, and then gets SIGTERM.
      replicas.splice(replicas.indexOf(old), 1, next);
      await balancer.use(urls());
      assert.is(await old.stop(), 0);
      await load.awaitProgress(20);
    }
  }));

it('of the three brokers, one after another, fails no request, and neither loses nor duplicates a write', () =>
  // Without Wait-For-Position: `latest` needs a stream leader, which is missing during an election. Writes take longer then,
  // but do not fail.
  assertUnnoticed({}, async (load) => {
    for (const server of cluster.servers) {
      await load.awaitProgress(20);
      await server.kill();
      await server.restart();
      await load.awaitProgress(20);
    }
  }));

/** Asserts that every replica lists exactly these laptops, each once. */
async function assertExactly(ids: readonly number[]) {
  const wanted = ids.toSorted((a, b) => a - b);
  for (const { url } of replicas) {
    const client = createClient(url, laptopService);
    // During a leader election, a read with `latest` may fail with a retryable error.
    const shown = await eventually(async () => {
      const found: number[] = [];
      for await (const { id } of client.list({ waitFor: 'latest' })) found.push(id);
      return found;
    }, 60_000);
    assert.equal(shown, wanted);
  }
}
test.after(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await cluster.close();
  await previous?.remove();
});
test.run();
