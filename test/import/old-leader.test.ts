/** Rows whose entities are read from a stream leader that may lack the latest messages. */

import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createImporters, type Importer } from '../../scripts/import/importer.ts';
import { createRetrier } from '../../scripts/import/broker/retrier.ts';
import type { Outcome } from '../../scripts/import/broker/row-executor.ts';
import { connectToNats, type Connection } from '../../src/kit/nats/connection/connection.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startTestCluster } from '../support/broker/cluster.ts';
import { freeze, unfreeze } from '../support/broker/freeze.ts';
import { startOldLeader } from '../support/broker/old-leader.ts';
import { laptopAdded, publishAll } from '../support/broker/publish.ts';
import { awaitOutOfContact } from '../support/broker/out-of-contact.ts';
import { eventually } from '../support/eventually.ts';
import { createCleanup } from '../support/faults/scenario.ts';

const { defer, close } = createCleanup();

/** Opens the import of laptops through the stream leader at `apiPrefix`. */
async function openImporter(connection: Connection, apiPrefix = '$JS.API', limitMs = 10_000) {
  const jsm = await jetstreamManager(connection.nc, { apiPrefix, checkAPI: false });
  const { signal } = new AbortController();
  const retrier = createRetrier({ limitMs, signal, onExhausted: () => undefined });
  const importers = createImporters({ connection, jsm, retrier, ackTimeoutMs: 1_000 });
  const importer = importers.find(({ service }) => service === 'laptops');
  if (importer === undefined) throw new Error('laptops cannot be imported');
  return importer;
}

function importRow(importer: Importer, fields: Readonly<Record<string, string>>): Promise<Outcome> {
  const row = importer.prepare(fields);
  if ('error' in row) throw new Error(row.error);
  return row.execute();
}

const event = (id: number, content: object) => ({
  subject: `laptops.events.${id}`,
  payload: JSON.stringify(content),
});

const oldLeader = suite('a row whose laptop an old leader returns without its latest event');

const broker = await startTestBroker();
defer(broker.close);
const { connection } = await connectForTest(broker);
defer(() => connection.nc.close());
const old = startOldLeader(connection.nc, 'LAPTOPS');
await publishAll(connection.nc, [
  laptopAdded(1),
  event(1, { type: 'LaptopRevised', model: 'S4' }),
  laptopAdded(2),
  event(2, { type: 'LaptopRemoved' }),
]);

oldLeader('is compared with the event, which the current leader returns later', async () => {
  const importer = await openImporter(connection, old.apiPrefix);
  Object.assign(old, { answers: 5, last: 1 });
  const outcome = await importRow(importer, { id: '1', title: 'Lenovo', model: 'S3' });
  assert.equal(outcome, { outcome: 'differs', reason: 'its model is "S4", not "S3"' });
  assert.is(old.answers, 0);
  old.answers = 5;
  assert.is((await importRow(importer, { id: '1', title: 'Lenovo', model: 'S4' })).outcome, 'alreadyThere');
});
oldLeader('is stored if the event is its removal', async () => {
  const importer = await openImporter(connection, old.apiPrefix);
  Object.assign(old, { answers: 5, last: 3 });
  const outcome = await importRow(importer, { id: '2', title: 'Lenovo', model: 'S3' });
  assert.is(outcome.outcome, 'added');
});
oldLeader('fails with the reason if no other leader answers', async () => {
  const importer = await openImporter(connection, old.apiPrefix, 600);
  Object.assign(old, { answers: Infinity, last: 1 });
  const outcome = await importRow(importer, { id: '1', title: 'Lenovo', model: 'S3' });
  const reason = 'The server that responded does not have the latest messages.';
  assert.equal(outcome, { outcome: 'failed', reason });
});
oldLeader.run();

const cluster = await startTestCluster();
defer(cluster.close);
const leader = await eventually(() => cluster.leaderOf('LAPTOPS'));
const peers = cluster.servers.filter((server) => server !== leader);
const leaderOnly = await connectToNats({ url: leader.url, name: 'leader only' });
defer(() => leaderOnly.nc.close());
const jsm = await jetstreamManager(leaderOnly.nc, { checkAPI: false });

const cutOff = suite('rows whose laptops are stored on three servers');
const many = Array.from({ length: 200 }, (_, index) => ({
  id: String(index + 1),
  title: 'Lenovo',
  model: 'S3',
}));
/** So few that they are read one by one; the others are compared with the stream in memory. */
const few = many.slice(0, 4);
const importAll = async (importer: Importer, rows = many) => {
  const outcomes = await Promise.all(rows.map((row) => importRow(importer, row)));
  return [...new Set(outcomes.map((outcome) => outcome.outcome))];
};

cutOff('are confirmed while all servers are up', async () => {
  const importer = await openImporter(leaderOnly);
  assert.equal(await importAll(importer), ['added']);
  for (const rows of [few, many]) assert.equal(await importAll(importer, rows), ['alreadyThere']);
  await importer.close();
});
cutOff('are confirmed by the other peer while one server is stopped', async () => {
  const [first] = peers;
  await first?.kill();
  try {
    await awaitOutOfContact(jsm, 'LAPTOPS', 1);
    for (const rows of [few, many]) {
      const importer = await openImporter(leaderOnly);
      assert.equal(await importAll(importer, rows), ['alreadyThere']);
      await importer.close();
    }
  } finally {
    await first?.restart();
  }
  await awaitOutOfContact(jsm, 'LAPTOPS', 0);
});
cutOff('fail while the leader has lost both peers and still responds', async () => {
  const singly = await openImporter(leaderOnly, '$JS.API', 1_000);
  const inMemory = await openImporter(leaderOnly, '$JS.API', 1_000);
  assert.equal(await importAll(singly, few), ['alreadyThere']);
  assert.equal(await importAll(inMemory, many), ['alreadyThere']);
  try {
    await Promise.all(peers.map(({ pid }) => freeze(pid)));
    await awaitOutOfContact(jsm, 'LAPTOPS', 2);
    const [row] = many;
    const differing = { id: '1', title: 'Apple', model: 'S3' };
    const outcomes = await Promise.all(
      [singly, inMemory].flatMap((importer) =>
        [row ?? differing, differing].map((fields) => importRow(importer, fields)),
      ),
    );
    for (const outcome of outcomes) {
      assert.is(outcome.outcome, 'failed', JSON.stringify(outcome));
      assert.match('reason' in outcome ? outcome.reason : '', /majority|not respond/);
    }
  } finally {
    for (const { pid } of peers) unfreeze(pid);
  }
  await Promise.all([singly.close(), inMemory.close()]);
  const later = await openImporter(leaderOnly, '$JS.API', 60_000);
  assert.equal(await importAll(later), ['alreadyThere']);
  await later.close();
});
cutOff.after(close);
cutOff.run();
