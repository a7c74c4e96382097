/** Between the service and its broker the network loses what it can: no client is told anything that is not so. */

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

const test = suite('acknowledgements that get lost');

test('a write whose acknowledgement was lost, late or never asked for answers as the first one would have', async () => {
  const result = await runScenario(loseAcks, { rounds: 6, seed: 7 });
  assert.equal(result.complaints, []);
  assert.is(result.acknowledged, 5 + 5 * 8);
});

test('all events of a batch are stored once and in order, wherever in it the connection breaks', async () => {
  const result = await runScenario(loseBatches, { rounds: 15, seed: 3 });
  assert.equal(result.complaints, []);
});

const silence = suite('a broker that takes a write and says nothing');

const { defer, close } = createCleanup();
const broker = await startTestBroker();
defer(broker.close);
const { connection, jsm } = await connectForTest(broker);
defer(() => connection.nc.close());
const proxy = await startTcpProxy(broker.url);
defer(proxy.close);
const replicas = await startReplicas({ natsUrl: proxy.url, count: 1, defer });
const [laptops = ''] = replicas.urls();

silence(
  'the client is told that the outcome is unknown and how to find out, and then finds out',
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
    assert.ok(performance.now() - started < 20_000, 'it does not hang');
    proxy.release();

    const answer = await sendWithRetry(() => laptops, write, { key });
    assert.equal([answer.status, answer.position], [201, 1]);
    assert.is((await readLaptopStream(connection, jsm)).length, 1);
    // The connection was silent for so long that the replica follows its stream anew.
    await eventually(async () => assert.is((await fetch(`${laptops}/1`)).status, 200));
  },
);

silence(
  'a write that comes while the connection is down is refused at once, and is never stored',
  async () => {
    proxy.rejectConnections();
    await eventually(async () => {
      const read = await fetch(`${laptops}/1`);
      assert.is(read.status, 200);
      assert.ok(read.headers.has('age'), 'what is read from memory says how old it is');
    });
    const started = performance.now();
    const refused = await fetch(`${laptops}/1`, { method: 'DELETE' });
    assert.is(refused.status, 503);
    assert.match(await refused.text(), /nothing was changed/);
    assert.ok(performance.now() - started < 2_000, 'it is said at once');

    proxy.acceptConnections();
    const body = { title: 'Lenovo', model: 'S4' };
    const answer = await sendWithRetry(() => laptops, { method: 'PUT', id: 1, body });
    assert.equal([answer.status, answer.position], [200, 2]);
  },
);

silence.after(close);

test.run();
silence.run();
