/** Clients of the live events come and go, replicas restart and lag: each client still sees every event once, in order. */

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { openEventStream } from '../support/http/event-stream.ts';
import { eventually } from '../support/eventually.ts';
import { startDelayingProxy } from '../support/broker/delaying-proxy.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { startServiceProcess, type ServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const lag = await startDelayingProxy(broker.url, 400);
const services: ServiceProcess[] = [];

async function start(natsUrl = broker.url): Promise<ServiceProcess> {
  const service = await startServiceProcess('laptops', { natsUrl });
  services.push(service);
  return service;
}

let [prompt, lagging] = await Promise.all([start(), start(lag.url)]);

/** What stands in the log: the positions of events, and how many laptops there are. */
const written: number[] = [];
let lastId = 0;

/** Appends events, and among them some that the fold refuses. */
async function write(count: number): Promise<number> {
  const messages = Array.from({ length: count }, (_, index) =>
    index % 7 === 3 ? { subject: 'laptops.events.1', payload: 'not JSON' } : laptopAdded((lastId += 1)),
  );
  const positions = await publishAll(connection.nc, messages);
  written.push(...positions.filter((_, index) => index % 7 !== 3));
  return positions.at(-1) ?? 0;
}

type Follower = {
  readonly seen: readonly number[];
  /** How often it came back. */
  readonly visits: number;
};

/** Follows from the beginning, and leaves after every `patience` events at most, until it has seen `last()`. */
async function comeAndGo(
  nextUrl: () => string,
  patience: number,
  last: () => number | undefined,
): Promise<Follower> {
  const seen: number[] = [];
  let visits = 0;
  let lastId = 0;
  while (last() === undefined || (seen.at(-1) ?? 0) < (last() ?? 0)) {
    const stream = await openEventStream(`${nextUrl()}/laptops/events`, {
      'Last-Event-ID': String(lastId),
    }).catch(() => undefined);
    if (stream?.status !== 200) {
      stream?.close();
      await sleep(20);
      continue;
    }
    visits += 1;
    const isDone = () =>
      stream.positions.length > 0 && (stream.positions.at(-1) ?? 0) >= (last() ?? Infinity);
    while (stream.ending === undefined && stream.positions.length < patience && !isDone()) await sleep(2);
    stream.close();
    assert.not(stream.blocks.some(({ event }) => event !== 'message'));
    seen.push(...stream.positions);
    lastId = stream.lastId ?? lastId;
  }
  return { seen, visits };
}

const resuming = suite('a client that comes back');

resuming(
  'sees every event once and in order, whichever replica it asks, while they restart and lag',
  async () => {
    await write(3000);
    let last: number | undefined;
    const urls = () => [prompt.url, lagging.url];
    const followers = Promise.all(
      [1, 10, 100, 1000].flatMap((patience, index) =>
        [0, 1].map((offset) => {
          let turn = index + offset;
          return comeAndGo(
            () => urls()[(turn += 1) % 2] ?? '',
            patience * 3,
            () => last,
          );
        }),
      ),
    );
    for (let round = 0; round < 60; round++) {
      await write(35);
      if (round === 20) {
        assert.is(await prompt.stop(), 0);
        prompt = await start();
      }
      if (round === 40) {
        await prompt.stop('SIGKILL');
        prompt = await start();
      }
    }
    await write(1);
    last = written.at(-1);
    for (const { seen, visits } of await followers) {
      assert.equal(seen, written);
      assert.ok(visits > 1);
    }
  },
);

resuming('is not reset by a replica that has not come as far as it has', async () => {
  for (let round = 0; round < 3; round++) {
    const known = await write(1);
    const stream = await openEventStream(`${lagging.url}/laptops/events`, { 'Last-Event-ID': String(known) });
    assert.ok(Number(stream.headers['stream-position']) < known, 'the replica lags');
    const next = await write(1);
    await stream.reached(next);
    assert.equal(stream.positions, [next]);
    assert.not(stream.blocks.some(({ event }) => event === 'reset'));
    stream.close();
  }
});

resuming('that filters does not come back to what was long ago', async () => {
  const url = `${prompt.url}/laptops/events?type=LaptopRemoved`;
  const stream = await openEventStream(url, { 'Last-Event-ID': '1' });
  const last = await write(2);
  // The heartbeat says how far it has come, although nothing was for it.
  await stream.next(({ id }) => id === last, 20_000);
  assert.equal(stream.positions, []);
  stream.close();
});
resuming.run();

const waiting = suite('while the broker is away');

waiting('clients stay, those that are catching up as well, and miss nothing', async () => {
  await write(5);
  const restarted = await start();
  const live = await openEventStream(`${restarted.url}/laptops/events`);
  await live.next(({ id }) => id !== undefined);
  await broker.kill();
  // All that it asks for is in the log, which is away.
  const behind = await openEventStream(`${restarted.url}/laptops/events`, { 'Last-Event-ID': '0' });
  await behind.next(({ id }) => id === 0);
  await broker.restart();
  await eventually(() => jsm.streams.info('LAPTOPS'), 30_000);
  const before = written.length;
  const last = await write(3);
  await Promise.all([live.reached(last, 30_000), behind.reached(last, 30_000)]);
  assert.equal(live.positions, written.slice(before));
  assert.equal(behind.positions, written);
  live.close();
  behind.close();
});
waiting.run();

const cleaning = suite('in the end');
cleaning('nothing is left', async () => {
  await Promise.all(services.map((service) => service.stop()));
  await lag.close();
  await connection.nc.close();
  await broker.close();
});
cleaning.run();
