import { Objm } from '@nats-io/obj';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { provisionSnapshots, snapshotBucket } from '../../src/kit/nats/snapshots/snapshots.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import type { HttpResponse } from '../support/http/http.ts';
import {
  launchLoggedService,
  startLoggedService,
  type LoggedService,
} from '../support/process/logged-service.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const { nc } = connection;
const bucket = snapshotBucket('laptops');

const every = 100;
const options = { natsUrl: broker.url, env: { SNAPSHOT_EVERY: String(every) } };
const started: LoggedService[] = [];

async function start(): Promise<LoggedService> {
  const service = await startLoggedService('laptops', options);
  started.push(service);
  return service;
}

/** Publishes `count` messages, valid and invalid, directly to the stream and waits until all are stored. */
async function publish(count: number): Promise<void> {
  const { state } = await jsm.streams.info('LAPTOPS');
  for (let number = state.last_seq + 1; number <= state.last_seq + count; number++) {
    const id = (number % 40) + 1;
    const events = [
      { type: 'LaptopAdded', title: `T${number}`, model: 'M' },
      { type: 'LaptopRevised', title: `U${number}` },
      { type: 'PortFitted', portId: number },
      { type: 'LaptopRemoved' },
      { type: 'Nonsense' },
    ];
    nc.publish(`laptops.events.${id}`, JSON.stringify(events[number % 7] ?? events[0]));
  }
  await eventually(async () =>
    assert.is((await jsm.streams.info('LAPTOPS')).state.last_seq, state.last_seq + count),
  );
}

/** Reads the complete state of a replica: the list, the ETag of every laptop (including removed ones), and the rejections. */
async function readAll({ get }: LoggedService) {
  const latest = { headers: { 'Wait-For-Position': 'latest' } };
  const list = await get('/laptops', latest);
  assert.is(list.status, 200);
  const tags = await Promise.all(
    Array.from({ length: 45 }, async (_, index) => (await get(`/laptops/${index + 1}`)).headers.get('ETag')),
  );
  return { list: list.body, tags, rejections: (await get('/laptops/rejections')).body };
}

const comparable = ({ status, headers, text }: HttpResponse) => ({ status, text, tag: headers.get('ETag') });
const keyed = (index: number) => ({
  json: { ...(index % 2 === 0 && { id: 1000 + index }), title: `Keyed ${index}`, model: 'M' },
  headers: { 'Idempotency-Key': `key-${index}` },
});
const keys = [0, 1, 2, 3];

const first = await start();
const keyedResponses = await Promise.all(keys.map(async (index) => first.post('/laptops', keyed(index))));
await publish(every);
/** The state that was read last. The next replica must have the same state. */
let expected: Awaited<ReturnType<typeof readAll>> | undefined;

const writing = suite('a snapshot');

writing('is written in the background after SNAPSHOT_EVERY messages', async () => {
  const { outcome, position } = await first.awaitLog('snapshot finished');
  assert.is(outcome, 'written');
  assert.ok(Number(position) >= every && Number(position) <= every + keys.length);
  assert.equal(first.logged('snapshot discarded'), []);
});
writing('is loaded on restart, so that only the messages after it are read', async () => {
  const [{ position } = {}] = first.logged('snapshot finished');
  await publish(30);
  expected = await readAll(first);
  assert.ok(Array.isArray(expected.list) && expected.list.length > 10);
  assert.ok(Array.isArray(expected.rejections) && expected.rejections.length > 10);
  assert.is(await first.stop(), 0);

  const second = await start();
  const { from, position: to } = await second.awaitLog('caught up', 'LAPTOPS');
  assert.is(from, position);
  assert.is(to, Number(position) + 30);
  assert.equal(await readAll(second), expected);
  for (const [index, response] of keyedResponses.entries()) {
    assert.is(response.status, 201);
    assert.equal(comparable(await second.post('/laptops', keyed(index))), comparable(response));
  }
  assert.equal(await readAll(second), expected);
  await second.stop();
});
writing('that is due on three replicas at once is written by one of them', async () => {
  const replicas = await Promise.all([start(), start(), start()]);
  for (let round = 1; round <= 3; round++) {
    await publish(every);
    const { last_seq: end } = (await jsm.streams.info('LAPTOPS')).state;
    await eventually(() => {
      for (const { logged } of replicas)
        assert.ok(logged('snapshot finished').some(({ position }) => Number(position) > end - every / 2));
    });
    const outcomes = replicas.flatMap(({ logged }) =>
      logged('snapshot finished').map(({ outcome }) => outcome),
    );
    assert.is(outcomes.filter((outcome) => outcome === 'written').length, round);
  }
  const [one, two, three] = await Promise.all(replicas.map(readAll));
  assert.equal(two, one);
  assert.equal(three, one);
  expected = one;
  await Promise.all(replicas.map(({ stop }) => stop()));
});
writing.run();

const unusable = suite('a service without a usable snapshot');

unusable('logs corrupt snapshots, reads the whole stream, and writes a new snapshot', async () => {
  const store = await new Objm(nc).open(bucket);
  const damaged = (await store.list()).filter(({ name }) => !name.endsWith('.claim'));
  assert.is(damaged.length, 3);
  for (const { name, metadata = {} } of damaged)
    await store.putBlob({ name, metadata }, new TextEncoder().encode('nonsense\n'));

  const service = await start();
  assert.is((await service.awaitLog('caught up', 'LAPTOPS'))['from'], 0);
  const discarded = service.logged('snapshot discarded');
  assert.is(discarded.length, 3);
  for (const { level, reason } of discarded) {
    assert.is(level, 'warn');
    assert.match(String(reason), /snapshot at position \d+: .*JSON/);
  }
  assert.equal(await readAll(service), expected);
  assert.is((await service.awaitLog('snapshot finished'))['outcome'], 'written');
  await service.stop();

  const next = await start();
  assert.is(
    (await next.awaitLog('caught up', 'LAPTOPS'))['from'],
    (await jsm.streams.info('LAPTOPS')).state.last_seq,
  );
  assert.equal(await readAll(next), expected);
  await next.stop();
});
unusable('logs a missing bucket, starts, and writes a snapshot once the bucket exists', async () => {
  await jsm.streams.delete(`OBJ_${bucket}`);
  const service = launchLoggedService('laptops', options);
  try {
    const warning = await service.awaitLog('snapshot discarded');
    assert.is(warning['level'], 'warn');
    assert.match(String(warning['reason']), bucket);
    assert.is((await service.awaitLog('caught up', 'LAPTOPS'))['from'], 0);
    const { url } = await service.ready;
    assert.is((await fetch(`${url}/laptops`)).status, 200);
    await service.awaitLog('snapshot failed');
    await provisionSnapshots(nc, 'laptops');
    assert.is((await service.awaitLog('snapshot finished'))['outcome'], 'written');
    assert.is(await service.stop(), 0);
  } finally {
    await service.stop('SIGKILL');
  }
});
unusable.after(async () => {
  await Promise.all(started.map((service) => service.stop('SIGKILL')));
  await nc.close();
  await broker.close();
});
unusable.run();
