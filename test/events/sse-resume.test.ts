/** Clients that reconnect see every event once and in order, even while replicas restart or lag. */

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

let [current, lagging] = await Promise.all([start(), start(lag.url)]);

/** Positions of the accepted events in the stream. */
const written: number[] = [];
let lastId = 0;

/** Publishes messages, some of which the fold rejects. Returns the last position. */
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
  readonly connections: number;
};

/** Follows from the beginning to the position `last()`. Reconnects after `batchSize` events, or when the stream ends. */
async function followWithReconnects(
  nextUrl: () => string,
  batchSize: number,
  last: () => number | undefined,
): Promise<Follower> {
  const seen: number[] = [];
  let connections = 0;
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
    connections += 1;
    const isDone = () =>
      stream.positions.length > 0 && (stream.positions.at(-1) ?? 0) >= (last() ?? Infinity);
    while (stream.ending === undefined && stream.positions.length < batchSize && !isDone()) await sleep(2);
    stream.close();
    assert.not(stream.blocks.some(({ event }) => event !== 'message'));
    seen.push(...stream.positions);
    lastId = stream.lastId ?? lastId;
  }
  return { seen, connections };
}

const resumption = suite('a client that reconnects');

resumption(
  'sees every event once and in order through any replica, even while replicas restart or lag',
  async () => {
    await write(3000);
    let last: number | undefined;
    const urls = () => [current.url, lagging.url];
    const followers = Promise.all(
      [1, 10, 100, 1000].flatMap((batchSize, index) =>
        [0, 1].map((offset) => {
          let turn = index + offset;
          return followWithReconnects(
            () => urls()[(turn += 1) % 2] ?? '',
            batchSize * 3,
            () => last,
          );
        }),
      ),
    );
    for (let round = 0; round < 60; round++) {
      await write(35);
      if (round === 20) {
        assert.is(await current.stop(), 0);
        current = await start();
      }
      if (round === 40) {
        await current.stop('SIGKILL');
        current = await start();
      }
    }
    await write(1);
    last = written.at(-1);
    for (const { seen, connections } of await followers) {
      assert.equal(seen, written);
      assert.ok(connections > 1);
    }
  },
);

resumption("receives no `reset` from a replica that lags behind the client's position", async () => {
  for (let round = 0; round < 3; round++) {
    const known = await write(1);
    const stream = await openEventStream(`${lagging.url}/laptops/events`, { 'Last-Event-ID': String(known) });
    assert.ok(Number(stream.headers['stream-position']) < known, 'the replica lags');
    const next = await write(1);
    await stream.reached(next);
    assert.equal(stream.positions, [next]);
    assert.not(stream.blocks.some(({ event }) => event === 'reset'));
    const confirmed = stream.blocks.flatMap(({ id }) => id ?? []);
    assert.equal(confirmed, [next], 'the replica confirms no position before it has reached it');
    stream.close();
  }
});

resumption('waits for a page after a position that the replica has not reached', async () => {
  const known = await write(1);
  const url = `${lagging.url}/laptops/events?after=${known}`;
  const response = await fetch(url, { headers: { Accept: 'application/cloudevents-batch+json' } });
  assert.is(response.status, 200);
  assert.equal(await response.json(), []);
  assert.ok(Number(response.headers.get('Stream-Position')) >= known);
});

resumption(
  'with a filter receives the current position in heartbeats, so that it does not resume from an old one',
  async () => {
    const url = `${current.url}/laptops/events?type=LaptopRemoved`;
    const stream = await openEventStream(url, { 'Last-Event-ID': '1' });
    const last = await write(2);
    // The heartbeat carries the current position, although no event matched.
    await stream.next(({ id }) => id === last, 20_000);
    assert.equal(stream.positions, []);
    stream.close();
  },
);
resumption.run();

const brokerOutages = suite('during a broker outage');

brokerOutages(
  'clients stay connected, including those that are catching up, and miss no events',
  async () => {
    await write(5);
    const restarted = await start();
    const live = await openEventStream(`${restarted.url}/laptops/events`);
    await live.next(({ id }) => id !== undefined);
    await broker.kill();
    // All events that this client requests are in the stream, which is unavailable.
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
  },
);
brokerOutages.after(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await lag.close();
  await connection.nc.close();
  await broker.close();
});
brokerOutages.run();
