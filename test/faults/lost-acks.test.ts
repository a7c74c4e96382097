/** A service never reports a wrong outcome, even if messages between it and the broker are lost. */

import { randomUUID } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { loseAcks } from '../support/faults/lost-acks.ts';
import { loseBatches } from '../support/faults/lost-batches.ts';
import { startReplicas } from '../support/faults/replicas.ts';
import { createCleanup, runScenario } from '../support/faults/scenario.ts';
import { sendWithRetry } from '../support/http/idempotent-client.ts';
import { readLaptopStream } from '../support/contract/stream-audit.ts';
import { startTcpProxy } from '../support/broker/tcp-proxy.ts';

const lostMessages = suite('after lost messages');

lostMessages(
  'a write whose acknowledgement was lost, delayed or never requested gets the original response',
  async () => {
    const result = await runScenario(loseAcks, { rounds: 6, seed: 7 });
    assert.equal(result.complaints, []);
    assert.is(result.acknowledged, 5 + 5 * 8);
  },
);

lostMessages(
  'the events of a batch are stored once and in order, wherever the connection breaks',
  async () => {
    const result = await runScenario(loseBatches, { rounds: 15, seed: 3 });
    assert.equal(result.complaints, []);
  },
);

const failingConnection = suite('a write on a failing broker connection');

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const { connection, jsm } = await connectForTest(broker);
defer(() => connection.nc.close());
const proxy = await startTcpProxy(broker.url);
defer(proxy.close);
const replicas = await startReplicas({ natsUrl: proxy.url, count: 1, defer });
const [laptops = ''] = replicas.urls();

failingConnection(
  'gets 503 with an unknown outcome, and the original response when it is repeated with the same key',
  async () => {
    const key = randomUUID();
    const write = { method: 'POST', id: 1, body: { title: 'Lenovo', model: 'S3' } } as const;
    proxy.hold();
    const started = performance.now();
    const response = await fetch(laptops, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify({ id: 1, ...write.body }),
    });
    assert.is(response.status, 503);
    assert.ok(response.headers.has('retry-after'));
    assert.match(await response.text(), new RegExp(`unknown whether .* Idempotency-Key \\\\"${key}\\\\"`));
    assert.ok(performance.now() - started < 20_000, 'responds within 20 s');
    proxy.release();

    const repeated = await sendWithRetry(() => laptops, write, { key });
    assert.equal([repeated.status, repeated.position], [201, 1]);
    assert.is((await readLaptopStream(connection, jsm)).length, 1);
    // The connection was silent for so long that the replica restarts its replay.
    await eventually(async () => assert.is((await fetch(`${laptops}/1`)).status, 200));
  },
);

failingConnection('is rejected at once and never stored if the connection is already down', async () => {
  proxy.rejectConnections();
  await eventually(async () => {
    const read = await fetch(`${laptops}/1`);
    assert.is(read.status, 200);
    assert.ok(read.headers.has('age'), 'reads from memory have an Age header');
  });
  const started = performance.now();
  const rejected = await fetch(`${laptops}/1`, { method: 'DELETE' });
  assert.is(rejected.status, 503);
  assert.match(await rejected.text(), /nothing was changed/);
  assert.ok(performance.now() - started < 2_000, 'responds at once');

  proxy.acceptConnections();
  const body = { title: 'Lenovo', model: 'S4' };
  const repeated = await sendWithRetry(() => laptops, { method: 'PUT', id: 1, body });
  assert.equal([repeated.status, repeated.position], [200, 2]);
});

failingConnection.after(close);

lostMessages.run();
failingConnection.run();
