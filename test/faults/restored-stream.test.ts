/**
 * A stream that was replaced by an older copy and then continued is recognised, also if it is longer than before: every
 * replica exits, and a new one shows what the stream holds.
 */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest, startTestBroker, type TestBroker } from '../support/broker/broker.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { continueFromCopy, copyStream } from '../support/faults/restored-stream.ts';
import { startLoggedService, type LoggedService } from '../support/process/logged-service.ts';
import { eventually } from '../support/eventually.ts';

const { defer, close } = createCleanup();
const snapshotEvery = 4;
const Listed = z.array(z.object({ id: z.number() }));

async function startBroker(): Promise<TestBroker> {
  const broker = await startTestBroker();
  defer(broker.close);
  return broker;
}

async function start(broker: TestBroker): Promise<LoggedService> {
  const env = { SNAPSHOT_EVERY: String(snapshotEvery) };
  const service = await startLoggedService('laptops', { natsUrl: broker.url, env });
  defer(() => service.stop('SIGKILL').then(() => undefined));
  return service;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const laptops = (from: number, to: number) => range(from, to).map((id) => laptopAdded(id, `Laptop ${id}`));
const ports = (from: number, to: number) =>
  range(from, to).map((id) => ({
    subject: `ports.events.${id}`,
    payload: JSON.stringify({ type: 'PortAdded', name: `Port ${id}` }),
  }));

async function publish({ url }: TestBroker, messages: Parameters<typeof publishAll>[1]): Promise<void> {
  const { connection } = await eventually(() => connectForTest({ url }));
  await publishAll(connection.nc, messages);
  await connection.nc.close();
}

async function readIds({ get }: LoggedService): Promise<number[]> {
  const { status, body } = await get('/laptops', { headers: { 'Wait-For-Position': 'latest' } });
  assert.is(status, 200);
  return Listed.parse(body).map(({ id }) => id);
}

/** Waits until the replica has exited, and asserts the reason. */
async function assertExits({ exited, awaitLog }: LoggedService, detail: string): Promise<void> {
  assert.is((await awaitLog('stream replaced'))['detail'], detail);
  assert.is(await exited, 1);
}

const restored = suite('a stream that was restored from a copy and continued');

restored(
  'until it is longer is recognised by every replica, and a new one shows it without the lost messages',
  async () => {
    const broker = await startBroker();
    await publish(broker, laptops(1, 10));
    const copy = await copyStream(broker, 'LAPTOPS');
    defer(copy.close);
    await publish(broker, laptops(11, 18));
    const replicas = await Promise.all([start(broker), start(broker)]);
    for (const replica of replicas) assert.equal(await readIds(replica), range(1, 18));
    await eventually(() => {
      const finished = replicas.flatMap(({ logged }) => logged('snapshot finished'));
      const [written] = finished.filter(({ outcome }) => outcome === 'written');
      assert.is(written?.['position'], 18);
    });

    await continueFromCopy(broker, copy, laptops(21, 32));
    const detail = 'stream LAPTOPS has another message at position 18';
    for (const replica of replicas) await assertExits(replica, detail);

    const next = await start(broker);
    assert.equal(await readIds(next), [...range(1, 10), ...range(21, 32)]);
    assert.is((await next.awaitLog('caught up', 'LAPTOPS'))['from'], 0);
    assert.equal(
      next.logged('snapshot discarded').map(({ reason }) => reason),
      [`snapshot at position 18: ${detail}`],
    );
    assert.equal(await next.stop(), 0);
  },
);
restored('is recognised by a service that follows it', async () => {
  const broker = await startBroker();
  await publish(broker, ports(1, 3));
  const copy = await copyStream(broker, 'PORTS');
  defer(copy.close);
  await publish(broker, ports(4, 6));
  const replica = await start(broker);
  await continueFromCopy(broker, copy, ports(7, 12));
  await assertExits(replica, 'stream PORTS has another message at position 6');
});
restored('is recognised while it is still shorter than what a replica has read', async () => {
  const broker = await startBroker();
  await publish(broker, laptops(1, 1));
  const copy = await copyStream(broker, 'LAPTOPS');
  defer(copy.close);
  await publish(broker, laptops(2, 9));
  const replica = await start(broker);
  await continueFromCopy(broker, copy, laptops(11, 12));
  await assertExits(replica, 'stream LAPTOPS has another message at position 3');
});
restored('is accepted if the copy is not older than what the replicas have read', async () => {
  const broker = await startBroker();
  await publish(broker, laptops(1, 5));
  const replica = await start(broker);
  const copy = await copyStream(broker, 'LAPTOPS');
  defer(copy.close);
  await continueFromCopy(broker, copy, laptops(6, 8));
  const { text } = await eventually(async () => {
    const response = await replica.get('/laptops', { headers: { 'Wait-For-Position': '8' } });
    assert.is(response.status, 200);
    return response;
  }, 30_000);
  assert.match(text, 'Laptop 8');
  assert.equal(replica.logged('stream replaced'), []);
  assert.is(await replica.stop(), 0);
});
restored.after(close);
restored.run();
