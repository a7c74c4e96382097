/** Rejections are stored once and in order while replicas and the leader of their stream are killed. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest } from '../support/broker/broker.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { publishAll } from '../support/broker/publish.ts';
import { eventually } from '../support/eventually.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const { defer, close } = createCleanup();
const cluster = await startTestCluster();
defer(cluster.close);
const { connection, jsm } = await connectForTest(cluster, 3);
defer(() => connection.nc.close());
const stream = 'LAPTOPS_REJECTIONS';

async function start() {
  const env = { LOG_LEVEL: 'fatal', SNAPSHOT_EVERY: '20' };
  const replica = await startServiceProcess('laptops', { natsUrl: cluster.url, env });
  defer(() => replica.stop('SIGKILL').then(() => undefined));
  return replica;
}
const replicas = await Promise.all([start(), start()]);

const published: number[] = [];
/** Publishes rejected messages, and goes on during an election. */
async function publishBad(count: number) {
  for (let index = 0; index < count; index++) {
    const [position = 0] = await eventually(() =>
      publishAll(connection.nc, [{ subject: 'laptops.events.1', payload: '{"type":"LaptopMelted"}' }]),
    );
    published.push(position);
  }
}
const Stored = z.object({ position: z.int() });

async function readStored(): Promise<number[]> {
  const { state } = await jsm.streams.info(stream);
  const stored: number[] = [];
  for (let seq = 2; seq <= state.last_seq; seq++) {
    const message = await jsm.streams.getMessage(stream, { seq });
    stored.push(Stored.parse(message?.json()).position);
  }
  return stored;
}

const test = suite('announced rejections');

test('are stored once and in order while a leader and replicas are killed', async () => {
  await eventually(async () => assert.is((await jsm.streams.info(stream)).state.last_seq, 1), 30_000);
  await publishBad(20);
  const leader = await eventually(() => cluster.leaderOf(stream));
  await Promise.all([
    publishBad(40),
    (async () => {
      await leader.kill();
      await replicas[0]?.stop('SIGKILL');
      await start();
      await leader.restart();
      await replicas[1]?.stop('SIGKILL');
    })(),
  ]);
  await publishBad(20);
  const expected = await eventually(async () => {
    const { last_seq: last } = (await jsm.streams.info('LAPTOPS')).state;
    assert.ok(last >= (published.at(-1) ?? 0));
    const stored = await readStored();
    assert.is(stored.at(-1), last);
    return Array.from({ length: last }, (_, index) => index + 1);
  }, 60_000);
  // A publish whose acknowledgement was lost is stored as well, so the stream is the reference.
  assert.equal(await readStored(), expected);
});
test.after(close);
test.run();
