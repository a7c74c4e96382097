import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { startProvision, runProvision } from '../support/process/provision-process.ts';

const broker = await startTestBroker();
await broker.kill();
const env = { NATS_URL: broker.url };
const provisioned = 'LAPTOPS: created\nPORTS: created\n';

const waiting = suite('portside provision --wait');

waiting('waits until NATS can be reached', async () => {
  const { code, stderr } = await runProvision(env);
  assert.is(code, 1, 'without --wait, it fails');
  assert.match(stderr, /cannot reach NATS/);
  const process = startProvision(env, ['--wait']);
  try {
    await eventually(() => assert.match(process.stderr, /cannot reach NATS at .*; retrying\n/), 30_000);
    await broker.restart();
    const result = await process.result;
    assert.equal([result.code, result.stdout], [0, provisioned]);
    assert.is(result.stderr.match(/cannot reach/g)?.length, 1, 'the same reason is printed once');
  } finally {
    process.stop();
  }
});
waiting('fails at once if a file does not define a stream', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-streams-'));
  await writeFile(join(folder, 'wrong.json'), '{}');
  const { code, stderr } = await runProvision(env, ['--wait', folder]);
  assert.is(code, 1);
  assert.match(stderr, /wrong\.json does not define a stream/);
  await rm(folder, { recursive: true });
});
waiting.after(() => broker.close());
waiting.run();

const forming = await startTestBroker({
  serverName: 'one',
  configuration: 'cluster { name: test, listen: "127.0.0.1:-1", routes: ["nats-route://127.0.0.1:1"] }',
});

const cluster = suite('portside provision --wait, before the cluster has elected a leader');

cluster('retries and prints the reason', async () => {
  const process = startProvision({ NATS_URL: forming.url, STREAM_REPLICAS: '3' }, ['--wait']);
  try {
    await eventually(() => assert.match(process.stderr, /; retrying\n/), 60_000);
    assert.not.match(process.stderr, /cannot reach NATS/);
  } finally {
    process.stop();
  }
  assert.is((await process.result).code, null);
});
cluster.after(() => forming.close());
cluster.run();
