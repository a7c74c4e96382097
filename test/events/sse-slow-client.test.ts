/** Clients that do not read are disconnected with `too-slow`, use little memory, and can resume. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { openEventStream, type EventStream } from '../support/http/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { watchResidentMiB } from '../support/process/memory.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const slowClientCount = 60;
const eventsAtOnce = 12_000;
/**
 * Allowed memory growth in MiB while the slow clients leave about 1 GiB of data unread. The limit is far above the size
 * of their buffers, because garbage collection is delayed (185 MiB was observed), and far below 1 GiB.
 */
const allowedGrowthMiB = 400;

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', {
  natsUrl: broker.url,
  env: { SSE_MAX_CLIENTS: String(slowClientCount + 2) },
});
const url = `${service.url}/laptops/events`;

let lastId = 0;
/** Publishes events of more than 1 KiB each. */
function publish(count: number): Promise<number[]> {
  const text = '電'.repeat(200);
  return publishAll(
    connection.nc,
    Array.from({ length: count }, () => laptopAdded((lastId += 1), text, text)),
  );
}

const slowClients = suite('a slow client');

slowClients('is disconnected with `too-slow` without unbounded buffering, and can resume', async () => {
  // Measures the baseline: the same load twice, without slow clients.
  const baseline = watchResidentMiB(service.pid);
  const reader = await openEventStream(url);
  for (let time = 0; time < 2; time++) {
    await reader.reached((await publish(eventsAtOnce)).at(-1) ?? 0, 60_000);
  }
  const baselineMiB = baseline.stop();

  const slow = await Promise.all(Array.from({ length: slowClientCount }, () => openEventStream(url)));
  for (const stream of slow) {
    await stream.next(({ id }) => id !== undefined);
    stream.pause();
  }
  const watched = watchResidentMiB(service.pid);
  const positions = await publish(eventsAtOnce);
  const last = positions.at(-1) ?? 0;
  await reader.reached(last, 60_000);
  assert.is(reader.positions.length, 3 * eventsAtOnce, 'slow clients do not delay one that reads');

  // Clients resume reading one by one. The first ones may receive everything; a later one has been disconnected.
  const resumed: EventStream[] = [];
  const disconnected = await eventually(async () => {
    const next = slow.pop();
    next?.resume();
    if (next !== undefined) resumed.push(next);
    await sleep(500);
    const found = resumed.find(({ blocks }) => blocks.at(-1)?.event === 'too-slow');
    assert.ok(found !== undefined, 'no client received `too-slow`');
    return found;
  }, 60_000);
  await disconnected.ended();
  assert.is(disconnected.ending, 'ended');
  const lastBlock = disconnected.blocks.at(-1);
  assert.is(lastBlock?.event, 'too-slow');
  assert.equal(JSON.parse(lastBlock?.data ?? ''), { position: disconnected.lastId });
  assert.equal(disconnected.positions, positions.slice(0, disconnected.positions.length));

  const back = await openEventStream(url, { 'Last-Event-ID': String(disconnected.lastId) });
  assert.is(back.status, 200);
  await back.reached(last, 60_000);
  assert.equal([...disconnected.positions, ...back.positions], positions);

  // Every client that resumed received an unbroken sequence, from the ring buffer or from the stream.
  await eventually(() => {
    for (const { positions: received, ending } of resumed)
      assert.ok(ending !== undefined || received.at(-1) === last);
  }, 60_000);
  for (const { positions: received } of resumed) assert.equal(received, positions.slice(0, received.length));

  // Clients that never read are disconnected too: after the resumed ones close, as many new clients can connect.
  for (const stream of resumed) stream.close();
  const next = await eventually(async () => {
    const streams = await Promise.all(Array.from({ length: slowClientCount }, () => openEventStream(url)));
    if (streams.every(({ status }) => status === 200)) return streams;
    for (const stream of streams) stream.close();
    throw new Error('the client limit is still reached');
  }, 30_000);
  const grownMiB = watched.stop() - baselineMiB;
  process.stdout.write(`baseline ${baselineMiB.toFixed(0)} MiB, grown by ${grownMiB.toFixed(0)} MiB\n`);
  assert.ok(grownMiB < allowedGrowthMiB, `grown by ${grownMiB} MiB`);
  for (const stream of [reader, back, ...slow, ...next]) stream.close();
});
slowClients.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
slowClients.run();
