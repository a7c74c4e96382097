/** Properties of the NATS server and client that the guarantees of the event log depend on. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { createCleanup } from '../support/faults/scenario.ts';
import { findFreePort } from '../support/process/free-port.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const { defer, close } = createCleanup();
const monitoringPort = await findFreePort();
const broker = await startTestBroker({ configuration: `http: "127.0.0.1:${monitoringPort}"` });
defer(broker.close);
const { connection } = await connectForTest(broker);
defer(() => connection.nc.close());

const test = suite('the NATS server and client');

test('the server syncs each write to disk before it acknowledges it', async () => {
  const jsz: unknown = await (await fetch(`http://127.0.0.1:${monitoringPort}/jsz?config=true`)).json();
  assert.match(JSON.stringify(jsz), '"sync_always":true');
});

test('the server is 2.12 or later, which supports atomic batches', () => {
  const [major = 0, minor = 0] = (connection.nc.info?.version ?? '').split('.').map(Number);
  assert.ok(major > 2 || (major === 2 && minor >= 12), connection.nc.info?.version);
});

test('`nats` is the maintained 3.x client', () => {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(join(checkout, 'node_modules/nats/package.json'), 'utf8')));
  assert.is(name, '@nats-io/transport-node');
  assert.match(version, /^3\./);
});

test('production code does not use the consumers of the NATS client, which can stall', () => {
  const sources = readdirSync(join(checkout, 'src'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));
  assert.ok(sources.length > 20);
  // Only files that import the client, because other libraries also have a `consume` method.
  const clients = sources
    .map((path) => ({ path, text: readFileSync(join(checkout, 'src', path), 'utf8') }))
    .filter(({ text }) => /from '(?:nats|@nats-io\/[a-z]+)'/.test(text));
  assert.ok(clients.length > 5);
  const stalling = clients.filter(({ text }) =>
    /\.consume\(|consumers\.get\(|getPushConsumer|getBatch\(|\.startBatch\(/.test(text),
  );
  assert.equal(
    stalling.map(({ path }) => path),
    [],
  );
});

test.after(close);

test.run();
