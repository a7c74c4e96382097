import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startNatsServer } from '../../src/kit/launch/nats-server.ts';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import { findMarkedProcesses } from '../support/process/marked-processes.ts';
import { startPortside, type Portside, type PortsideOptions } from '../support/process/portside-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-failures-'));

/** Asserts that `npm start` exits with 1 and leaves no process running. Returns its output. */
async function startAndFail(options: Partial<PortsideOptions>): Promise<string> {
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

async function listenOnFreePort(): Promise<{ port: string; server: Server }> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return { port: String(address.port), server };
}

const portInUse = await listenOnFreePort();
const closedPort = await listenOnFreePort();
closedPort.server.close();

/** Writes an executable that reports a nats-server version and otherwise runs `body`. */
function writeFakeServer(name: string, body: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = --version ] && echo 'nats-server: v2.12.0' && exit\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

const test = suite('npm start');

for (const variable of ['LAPTOPS_HTTP_PORT', 'PORTS_PROBE_PORT']) {
  test(`fails if the port of ${variable} is in use`, async () => {
    const output = await startAndFail({ env: { [variable]: portInUse.port } });
    assert.match(output, `cannot listen on port ${portInUse.port}: the port is in use`);
    assert.match(output, `set ${variable} to another port`);
  });
}

for (const variable of ['NATS_PORT', 'NATS_MONITOR_PORT']) {
  test(`fails if the broker port of ${variable} is in use`, async () => {
    const output = await startAndFail({ env: { [variable]: portInUse.port } });
    assert.match(output, `port ${portInUse.port} is in use: set ${variable} to another one`);
  });
}

test('reports an invalid variable of one service with its prefix', async () => {
  const output = await startAndFail({ env: { LAPTOPS_HTTP_PORT: 'abc', PORTS_HTTP_PORT: '' } });
  assert.match(output, /^laptops: LAPTOPS_HTTP_PORT=abc: /m);
});

test('reports an invalid variable of both services without a prefix', async () => {
  assert.match(await startAndFail({ env: { LOG_LEVEL: 'loud' } }), /: LOG_LEVEL=loud: /);
});

for (const invalid of ['abc', '70000', ' ']) {
  test(`rejects NATS_PORT=${invalid}`, async () => {
    assert.match(
      await startAndFail({ env: { NATS_PORT: invalid } }),
      `NATS_PORT=${invalid}: expected a port from 0 to 65535`,
    );
  });
}

test('fails if the DATA_DIR folder cannot be created', async () => {
  writeFileSync(join(folder, 'file'), '');
  const dataDir = join(folder, 'file', 'data');
  const output = await startAndFail({ dataDir });
  assert.match(output, `the data directory ${dataDir} is not writable`);
  assert.match(output, 'set DATA_DIR');
});

test('fails if DATA_DIR is a file', async () => {
  writeFileSync(join(folder, 'file'), '');
  const dataDir = join(folder, 'file');
  assert.match(await startAndFail({ dataDir }), `the data directory ${dataDir} is not writable`);
});

test('fails if another npm start uses the DATA_DIR folder', async () => {
  const dataDir = join(folder, 'shared');
  const first = startPortside({ dataDir });
  try {
    await first.up;
    const output = await startAndFail({ dataDir });
    assert.match(output, `is running with the data directory ${dataDir}`);
    assert.match(output, 'DATA_DIR');
    process.kill(first.pid, 'SIGINT');
    assert.equal(await first.ended, { code: 0, signal: null });
  } finally {
    killAll(first);
  }
});

test('fails at once if no server responds at NATS_URL', async () => {
  const url = `nats://127.0.0.1:${closedPort.port}`;
  const started = performance.now();
  assert.match(await startAndFail({ env: { NATS_URL: url } }), `cannot reach NATS at ${url} (NATS_URL)`);
  assert.ok(performance.now() - started < 10_000);
});

test('fails and prints the differences if a stream cannot be updated safely', async () => {
  const broker = await startTestBroker();
  try {
    const { nc } = await connectToNats({ url: broker.url, name: 'test' });
    const jsm = await jetstreamManager(nc);
    await jsm.streams.add({ name: 'LAPTOPS', subjects: ['laptops.events.*'], retention: 'interest' });
    const output = await startAndFail({ env: { NATS_URL: broker.url } });
    assert.match(output, /stream LAPTOPS differs from its definition in \S*streams\/laptops\.json/);
    assert.match(output, 'retention is "interest", wanted "limits"');
    assert.is((await jsm.streams.info('LAPTOPS')).config.retention, 'interest');
    await nc.close();
  } finally {
    await broker.close();
  }
});

test('fails and prints the output of the broker if it exits before it is ready', async () => {
  const program = writeFakeServer('broken', 'echo "the disk is full" >&2; exit 1');
  const output = await startAndFail({ env: { PORTSIDE_NATS_SERVER: program } });
  assert.match(output, 'nats-server exited before it was ready');
  assert.match(output, 'the disk is full');
  assert.match(output, 'DATA_DIR');
});

test('stops a broker that is not ready within the timeout', async () => {
  process.env['PORTSIDE_TEST_MARK'] = folder;
  const mark = `PORTSIDE_TEST_MARK=${folder}`;
  const program = writeFakeServer('silent', 'echo "recovering" >&2; exec sleep 60');
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

test('prints the variables with --help and starts nothing', async () => {
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
  portInUse.server.close();
  rmSync(folder, { recursive: true });
});

test.run();
