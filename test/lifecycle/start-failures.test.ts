/** When `npm start` cannot do its work it says why, names the variable to change, fails, and leaves nothing behind. */

import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startNatsServer } from '../../scripts/broker/nats-server.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { findMarkedProcesses } from '../support/process/marked-processes.ts';
import { startPortside, type Portside, type PortsideOptions } from '../support/process/portside-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-failures-'));

/** Starts it, and shows that it failed by itself and left nothing; gives its words. */
async function fail(options: Partial<PortsideOptions>): Promise<string> {
  const portside = startPortside({ dataDir: join(folder, 'data'), ...options });
  try {
    const outcome = await Promise.race([portside.ended, portside.up]);
    assert.equal(outcome, { code: 1, signal: null }, portside.output());
    assert.not.match(portside.output(), /^ +at /m);
    await eventually(() => assert.equal(portside.processes(), []), 30_000);
    return portside.output();
  } finally {
    killAll(portside);
  }
}

function killAll(portside: Portside): void {
  for (const { pid } of portside.processes()) process.kill(pid, 'SIGKILL');
}

async function takePort(): Promise<{ port: string; server: Server }> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen on a port');
  return { port: String(address.port), server };
}

/** A port of this machine that somebody took, and one that nobody listens on. */
const taken = await takePort();
const gone = await takePort();
gone.server.close();

function writeStandIn(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo 'nats-server: v2.12.0' && exit\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const test = suite('npm start fails clearly and leaves nothing behind');

for (const variable of ['LAPTOPS_HTTP_PORT', 'PORTS_PROBE_PORT']) {
  test(`a taken port is named with ${variable}`, async () => {
    const output = await fail({ env: { [variable]: taken.port } });
    assert.match(output, `cannot listen on port ${taken.port}: the port is in use`);
    assert.match(output, `set ${variable} to another port`);
  });
}

for (const variable of ['NATS_PORT', 'NATS_MONITOR_PORT']) {
  test(`a taken port of the broker is named with ${variable}`, async () => {
    const output = await fail({ env: { [variable]: taken.port } });
    assert.match(output, `port ${taken.port} is in use: set ${variable} to another one`);
  });
}

test('a wrong variable of a service is named as it was set', async () => {
  const output = await fail({ env: { LAPTOPS_HTTP_PORT: 'abc', PORTS_HTTP_PORT: '' } });
  assert.match(output, /^laptops: LAPTOPS_HTTP_PORT=abc: /m);
});

test('a wrong variable of both services is named without a prefix', async () => {
  assert.match(await fail({ env: { LOG_LEVEL: 'loud' } }), /: LOG_LEVEL=loud: /);
});

for (const wrong of ['abc', '70000', ' ']) {
  test(`NATS_PORT=${wrong} is named with its value`, async () => {
    assert.match(await fail({ env: { NATS_PORT: wrong } }), `NATS_PORT=${wrong} is not a port number`);
  });
}

test('a data folder that cannot be made is named with DATA_DIR', async () => {
  writeFileSync(join(folder, 'file'), '');
  const dataDir = join(folder, 'file', 'data');
  const output = await fail({ dataDir });
  assert.match(output, `the data directory ${dataDir} is not writable`);
  assert.match(output, 'set DATA_DIR');
});

test('a data folder that is a file is named with DATA_DIR', async () => {
  writeFileSync(join(folder, 'file'), '');
  const dataDir = join(folder, 'file');
  assert.match(await fail({ dataDir }), `the data directory ${dataDir} is not writable`);
});

test('data that another npm start uses is named with DATA_DIR, though every port is free', async () => {
  const dataDir = join(folder, 'shared');
  const first = startPortside({ dataDir });
  try {
    await first.up;
    const output = await fail({ dataDir });
    assert.match(output, `is running with the data directory ${dataDir}`);
    assert.match(output, 'DATA_DIR');
    process.kill(first.pid, 'SIGINT');
    assert.equal(await first.ended, { code: 0, signal: null });
  } finally {
    killAll(first);
  }
});

test('a broker that is not there is named with NATS_URL, at once', async () => {
  const url = `nats://127.0.0.1:${gone.port}`;
  const started = performance.now();
  assert.match(await fail({ env: { NATS_URL: url } }), `no NATS server answers at ${url} (NATS_URL)`);
  assert.ok(performance.now() - started < 10_000);
});

test('a stream that cannot safely become what its file says is shown with the difference', async () => {
  const broker = await startTestBroker();
  try {
    const { nc } = await connectToNats({ url: broker.url, name: 'test' });
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: 'LAPTOPS', subjects: ['laptops.events.*'], retention: 'interest' });
    const output = await fail({ env: { NATS_URL: broker.url } });
    assert.match(output, 'stream LAPTOPS differs from its definition in streams/');
    assert.match(output, 'retention is "interest", wanted "limits"');
    assert.is((await jsm.streams.info('LAPTOPS')).config.retention, 'interest');
    await nc.close();
  } finally {
    await broker.close();
  }
});

test('a broker that ends before it is ready is quoted', async () => {
  const program = writeStandIn('broken', 'echo "the disk is full" >&2; exit 1');
  const output = await fail({ env: { PORTSIDE_NATS_SERVER: program } });
  assert.match(output, 'nats-server exited before it was ready');
  assert.match(output, 'the disk is full');
  assert.match(output, 'DATA_DIR');
});

test('a broker that never gets ready is given up, and ended', async () => {
  process.env['PORTSIDE_TEST_MARK'] = folder;
  const mark = `PORTSIDE_TEST_MARK=${folder}`;
  const program = writeStandIn('silent', 'echo "recovering" >&2; exec sleep 60');
  const failure = await startNatsServer({
    program,
    dataDir: join(folder, 'silent-data'),
    port: 0,
    timeoutMs: 1_000,
  }).then(() => undefined, String);
  delete process.env['PORTSIDE_TEST_MARK'];
  assert.match(failure ?? '', /did not start within 1000 ms\n +recovering/);
  await eventually(() => assert.equal(findMarkedProcesses(mark), []), 30_000);
});

test('--help names the variables and starts nothing', async () => {
  const portside = startPortside({ dataDir: join(folder, 'help'), args: ['--help'] });
  assert.equal(await portside.ended, { code: 0, signal: null });
  for (const variable of [
    'DATA_DIR',
    'NATS_PORT',
    'NATS_URL',
    'LAPTOPS_HTTP_PORT',
    'HTTP_HOST',
    'LOG_LEVEL',
  ]) {
    assert.match(portside.output(), variable);
  }
  assert.equal(portside.processes(), []);
});

test.after(() => {
  taken.server.close();
  rmSync(folder, { recursive: true });
});

test.run();
