/** Snapshots as a service lives with them: written in the background, started from, and done without. */

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

/** Changes of any kind, published past the service, until the stream has that many messages more. */
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

/** All that a replica shows of the log: the list, the tag of every laptop that ever was, and what was refused. */
async function showAll({ get }: LoggedService) {
  const latest = { headers: { 'Wait-For-Position': 'latest' } };
  const list = await get('/laptops', latest);
  assert.is(list.status, 200);
  const tags = await Promise.all(
    Array.from({ length: 45 }, async (_, index) => (await get(`/laptops/${index + 1}`)).headers.get('ETag')),
  );
  return { list: list.body, tags, rejections: (await get('/laptops/rejections')).body };
}

const essenceOf = ({ status, headers, text }: HttpResponse) => ({ status, text, tag: headers.get('ETag') });
const keyed = (index: number) => ({
  json: { ...(index % 2 === 0 && { id: 1000 + index }), title: `Keyed ${index}`, model: 'M' },
  headers: { 'Idempotency-Key': `key-${index}` },
});
const keys = [0, 1, 2, 3];

const first = await start();
const keyedAnswers = await Promise.all(keys.map(async (index) => first.post('/laptops', keyed(index))));
await publish(every);
/** What was shown when the first replica stopped. */
let shown: Awaited<ReturnType<typeof showAll>> | undefined;

const writing = suite('a snapshot');

writing('is written in the background, when enough has happened', async () => {
  const { outcome, position } = await first.awaitLog('snapshot finished');
  assert.is(outcome, 'written');
  assert.ok(Number(position) >= every && Number(position) <= every + keys.length);
  assert.equal(first.logged('snapshot discarded'), []);
});
writing('is what a restart begins from: it reads the rest alone, and shows the same', async () => {
  const [{ position } = {}] = first.logged('snapshot finished');
  await publish(30);
  shown = await showAll(first);
  assert.ok(Array.isArray(shown.list) && shown.list.length > 10);
  assert.ok(Array.isArray(shown.rejections) && shown.rejections.length > 10);
  assert.is(await first.stop(), 0);

  const second = await start();
  const { from, position: to } = await second.awaitLog('caught up', 'LAPTOPS');
  assert.is(from, position);
  assert.is(to, Number(position) + 30);
  assert.equal(await showAll(second), shown);
  for (const [index, answer] of keyedAnswers.entries()) {
    assert.is(answer.status, 201);
    assert.equal(essenceOf(await second.post('/laptops', keyed(index))), essenceOf(answer));
  }
  assert.equal(await showAll(second), shown);
  await second.stop();
});
writing('that is due in three replicas at once is written by one of them', async () => {
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
  const [one, two, three] = await Promise.all(replicas.map(showAll));
  assert.equal(two, one);
  assert.equal(three, one);
  shown = one;
  await Promise.all(replicas.map(({ stop }) => stop()));
});
writing.run();

const without = suite('a service does without a snapshot');

without('that is corrupt: it says so, reads the whole stream, and writes another one', async () => {
  const store = await new Objm(nc).open(bucket);
  const damaged = (await store.list()).filter(({ name }) => !name.endsWith('.claim'));
  assert.is(damaged.length, 3);
  for (const { name, metadata = {} } of damaged)
    await store.putBlob({ name, metadata }, new TextEncoder().encode('nonsense\n'));

  const service = await start();
  assert.is((await service.awaitLog('caught up', 'LAPTOPS'))['from'], 0);
  const unused = service.logged('snapshot discarded');
  assert.is(unused.length, 3);
  for (const { level, reason } of unused) {
    assert.is(level, 'warn');
    assert.match(String(reason), /snapshot of position \d+: .*JSON/);
  }
  assert.equal(await showAll(service), shown);
  assert.is((await service.awaitLog('snapshot finished'))['outcome'], 'written');
  await service.stop();

  const next = await start();
  assert.is(
    (await next.awaitLog('caught up', 'LAPTOPS'))['from'],
    (await jsm.streams.info('LAPTOPS')).state.last_seq,
  );
  assert.equal(await showAll(next), shown);
  await next.stop();
});
without('when there is no bucket: it says so, starts, and writes one when there is', async () => {
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
without.after(async () => {
  await Promise.all(started.map((service) => service.stop('SIGKILL')));
  await nc.close();
  await broker.close();
});
without.run();
