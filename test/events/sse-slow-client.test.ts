/** Clients that do not read cost the service nothing: they are cut off and told, and come back for the rest. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { openEventStream, type EventStream } from '../support/http/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { watchResidentMiB } from '../support/process/memory.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const slowClients = 60;
const eventsAtOnce = 12_000;
/**
 * How much the service may grow, in MiB, while what the slow clients do not take is a gigabyte together. It is
 * far more than their buffers, since the collector frees late (185 was seen), and far less than the gigabyte.
 */
const allowedGrowthMiB = 400;

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', {
  natsUrl: broker.url,
  env: { SSE_MAX_CLIENTS: String(slowClients + 2) },
});
const url = `${service.url}/laptops/events`;

let lastId = 0;
/** Publishes events of more than a kilobyte each. */
function publish(count: number): Promise<number[]> {
  const text = '電'.repeat(200);
  return publishAll(
    connection.nc,
    Array.from({ length: count }, () => laptopAdded((lastId += 1), text, text)),
  );
}

const test = suite('a slow client');

test('is never buffered without bound, is cut off, is told, and comes back for the rest', async () => {
  // The same twice without them, so that what the service itself needs is there already.
  const usual = watchResidentMiB(service.pid);
  const reader = await openEventStream(url);
  for (let time = 0; time < 2; time++) {
    await reader.reached((await publish(eventsAtOnce)).at(-1) ?? 0, 60_000);
  }
  const usualMiB = usual.stop();

  const slow = await Promise.all(Array.from({ length: slowClients }, () => openEventStream(url)));
  for (const stream of slow) {
    await stream.next(({ id }) => id !== undefined);
    stream.pause();
  }
  const watched = watchResidentMiB(service.pid);
  const positions = await publish(eventsAtOnce);
  const last = positions.at(-1) ?? 0;
  await reader.reached(last, 60_000);
  assert.is(reader.positions.length, 3 * eventsAtOnce, 'the others do not hold up one that reads');

  // One after the other reads again: the first ones get everything, until one has been too slow.
  const again: EventStream[] = [];
  const told = await eventually(async () => {
    const next = slow.pop();
    next?.resume();
    if (next !== undefined) again.push(next);
    await sleep(500);
    const found = again.find(({ blocks }) => blocks.at(-1)?.event === 'too-slow');
    assert.ok(found !== undefined, 'none was told that it is too slow');
    return found;
  }, 60_000);
  await told.ended();
  assert.is(told.ending, 'ended');
  const lastBlock = told.blocks.at(-1);
  assert.is(lastBlock?.event, 'too-slow');
  assert.equal(JSON.parse(lastBlock?.data ?? ''), { position: told.lastId });
  assert.equal(told.positions, positions.slice(0, told.positions.length));

  const back = await openEventStream(url, { 'Last-Event-ID': String(told.lastId) });
  assert.is(back.status, 200);
  await back.reached(last, 60_000);
  assert.equal([...told.positions, ...back.positions], positions);

  // Those that never read are gone in the end: there is room for as many again, once those that caught up have left.
  for (const stream of again) stream.close();
  const next = await eventually(async () => {
    const streams = await Promise.all(Array.from({ length: slowClients }, () => openEventStream(url)));
    if (streams.every(({ status }) => status === 200)) return streams;
    for (const stream of streams) stream.close();
    throw new Error('there is no room yet');
  }, 30_000);
  const grownMiB = watched.stop() - usualMiB;
  process.stdout.write(`usual ${usualMiB.toFixed(0)} MiB, grown by ${grownMiB.toFixed(0)} MiB\n`);
  assert.ok(grownMiB < allowedGrowthMiB, `grown by ${grownMiB} MiB`);
  for (const stream of [reader, back, ...slow, ...next]) stream.close();
});
test.run();

const cleaning = suite('in the end');
cleaning('nothing is left', async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
cleaning.run();
