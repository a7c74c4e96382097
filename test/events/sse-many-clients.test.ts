import { get, type IncomingMessage } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { readResidentMiB } from '../support/process/memory.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const clientCount = 2000;
const firstEvents = 100;
const moreEvents = 600;
/** Allowed memory growth between the first and the last events, in MiB. */
const allowedGrowthMiB = 32;

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const service = await startServiceProcess('laptops', { natsUrl: broker.url });

/** Counts events instead of storing them, so that 2000 clients fit into the test process. */
type Counter = { count: number; last: number; isInOrder: boolean; response: IncomingMessage };

function follow(): Promise<Counter> {
  return new Promise((resolve, reject) => {
    get(`${service.url}/laptops/events`, { agent: false }, (response) => {
      const counter: Counter = { count: 0, last: 0, isInOrder: true, response };
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const position = Number(/^id: (\d+)\ndata: /.exec(block)?.[1] ?? 0);
          if (position === 0) continue;
          if (counter.last !== 0 && position !== counter.last + 1) counter.isInOrder = false;
          counter.last = position;
          counter.count += 1;
        }
      });
      response.on('error', () => undefined);
      resolve(counter);
    }).once('error', reject);
  });
}

let lastId = 0;
async function publish(count: number, counters: readonly Counter[]): Promise<void> {
  const expected = lastId + count;
  while (lastId < expected) {
    const messages = Array.from({ length: Math.min(10, expected - lastId) }, () =>
      laptopAdded((lastId += 1)),
    );
    await publishAll(connection.nc, messages);
    await eventually(() => assert.ok(counters.every(({ count: seen }) => seen >= lastId)), 60_000);
  }
}

const manyClients = suite(`${clientCount} clients of one replica`);

manyClients('receive every event in order while memory use stays constant', async () => {
  const counters: Counter[] = [];
  while (counters.length < clientCount) {
    counters.push(...(await Promise.all(Array.from({ length: 100 }, follow))));
  }
  await publish(firstEvents, counters);
  const early = readResidentMiB(service.pid);
  const started = performance.now();
  await publish(moreEvents, counters);
  const seconds = (performance.now() - started) / 1000;
  const late = readResidentMiB(service.pid);
  process.stdout.write(
    `${early.toFixed(0)} MiB after ${firstEvents} events, ${late.toFixed(0)} MiB after ${moreEvents} more; ` +
      `${Math.round((moreEvents * clientCount) / seconds)} deliveries a second\n`,
  );
  assert.ok(counters.every(({ count }) => count === firstEvents + moreEvents));
  assert.ok(counters.every(({ isInOrder }) => isInOrder));
  assert.ok(late - early < allowedGrowthMiB, `grown by ${late - early} MiB`);
  const stopping = performance.now();
  assert.is(await service.stop(), 0);
  assert.ok(performance.now() - stopping < 5000, 'it stops in time although all clients are connected');
  for (const { response } of counters) response.destroy();
});
manyClients.after(async () => {
  await service.stop();
  await connection.nc.close();
  await broker.close();
});
manyClients.run();
