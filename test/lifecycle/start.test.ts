import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestBroker } from '../support/broker/broker.ts';
import { eventually } from '../support/eventually.ts';
import type { MarkedProcess } from '../support/process/marked-processes.ts';
import { startPortside, type Portside, type PortsideOptions } from '../support/process/portside-process.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'portside-start-'));
const started: Portside[] = [];

function start(options: Partial<PortsideOptions> = {}): Portside {
  const portside = startPortside({ dataDir, ...options });
  started.push(portside);
  return portside;
}

/** Returns the processes of this launcher whose command line contains `text`. */
function find(portside: Portside, text: string): MarkedProcess[] {
  return portside.processes().filter(({ command }) => command.includes(text));
}

/** Returns the only such process, ignoring the shell that supervises the broker, which has the same arguments. */
function findOne(portside: Portside, text: string): MarkedProcess {
  const [found, ...more] = find(portside, text).filter(({ command }) => !command.startsWith('sh '));
  assert.equal(more, []);
  if (found === undefined) throw new Error(`no process runs ${text}:\n${portside.output()}`);
  return found;
}

const brokerCommand = 'nats-server.conf';
const serviceCommands = ['src/laptops/main.ts', 'src/ports/main.ts'];

async function add(laptops: string, id: number): Promise<void> {
  const response = await fetch(laptops, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, title: 'Lenovo', model: 'S3' }),
  });
  assert.is(response.status, 201);
}

async function readIds(laptops: string): Promise<unknown[]> {
  const response = await fetch(laptops);
  const list: unknown = await response.json();
  assert.ok(Array.isArray(list));
  return list.map((laptop: { id: unknown }) => laptop.id);
}

function awaitNoProcesses(portside: Portside): Promise<void> {
  return eventually(() => assert.equal(portside.processes(), []), 30_000);
}

const test = suite('npm start');

test('prints addresses and example commands, and on Ctrl-C exits with 0 and stops all its processes', async () => {
  const portside = start();
  const { laptops, ports, nats, probes } = await portside.up;

  assert.equal(await readIds(laptops), []);
  assert.equal(await readIds(ports), []);
  assert.is(probes.length, 2);
  for (const probe of probes) assert.is((await fetch(probe)).status, 200);
  const { port } = new URL(laptops);
  const output = portside.output();
  assert.match(output, `curl -XPOST localhost:${port}/laptops -H 'content-type: application/json' -d '{`);
  assert.match(output, `nats --server ${nats} pub laptops.events.2 '{"type":"LaptopAdded"`);
  assert.match(output, `nats --server ${nats} sub 'laptops.events.>'`);

  const pids = [
    portside.pid,
    ...[...serviceCommands, brokerCommand].map((text) => findOne(portside, text).pid),
  ];
  assert.is(new Set(pids).size, 4);

  await add(laptops, 1);
  process.kill(portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await awaitNoProcesses(portside);
});

test('keeps its data across restarts, and loses no acknowledged write if every process is killed', async () => {
  const portside = start();
  const { laptops } = await portside.up;
  assert.equal(await readIds(laptops), [1]);

  await add(laptops, 2);
  for (const { pid } of portside.processes()) kill(pid);
  await awaitNoProcesses(portside);
});

test('stops the services and the broker if only the launcher is killed', async () => {
  const portside = start();
  const { laptops } = await portside.up;
  assert.equal(await readIds(laptops), [1, 2]);

  process.kill(portside.pid, 'SIGKILL');
  // Starts immediately, while the previous broker may still be shutting down.
  const next = start();
  assert.equal(await readIds((await next.up).laptops), [1, 2]);
  await awaitNoProcesses(portside);
  process.kill(next.pid, 'SIGINT');
  assert.equal(await next.ended, { code: 0, signal: null });
});

test('exits with 0 if Ctrl-C in a terminal signals every process of the group', async () => {
  const portside = start({ ownGroup: true });
  await portside.up;
  process.kill(-portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await awaitNoProcesses(portside);
});

test('leaves no processes after Ctrl-C during startup', async () => {
  const portside = start({ ownGroup: true });
  await eventually(() => assert.ok(find(portside, brokerCommand).length > 0));
  process.kill(-portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await awaitNoProcesses(portside);
});

test('leaves no processes if the launcher is killed during startup', async () => {
  const portside = start();
  await eventually(() => assert.ok(find(portside, 'src/ports/main.ts').length > 0));
  process.kill(portside.pid, 'SIGKILL');
  await awaitNoProcesses(portside);
});

test('stops everything and names the service if a service is killed', async () => {
  const portside = start();
  await portside.up;
  process.kill(findOne(portside, 'src/ports/main.ts').pid, 'SIGKILL');
  assert.equal(await portside.ended, { code: 1, signal: null });
  assert.match(portside.output(), 'the ports service exited (SIGKILL)');
  await awaitNoProcesses(portside);
});

test('stops everything and reports it if the broker is killed', async () => {
  const portside = start();
  await portside.up;
  process.kill(findOne(portside, brokerCommand).pid, 'SIGKILL');
  assert.equal(await portside.ended, { code: 1, signal: null });
  assert.match(portside.output(), 'nats-server exited unexpectedly');
  await awaitNoProcesses(portside);
});

test('uses the server of NATS_URL and starts none', async () => {
  const broker = await startTestBroker();
  try {
    const portside = start({ env: { NATS_URL: broker.url } });
    const { laptops, nats } = await portside.up;
    assert.is(nats, broker.url);
    assert.equal(find(portside, brokerCommand), []);
    await add(laptops, 7);
    assert.equal(await readIds(laptops), [7]);
    process.kill(portside.pid, 'SIGINT');
    assert.equal(await portside.ended, { code: 0, signal: null });
    await awaitNoProcesses(portside);
    process.kill(broker.pid, 0);
  } finally {
    await broker.close();
  }
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has already exited with its parent.
  }
}

test.after(() => {
  for (const portside of started) {
    for (const { pid } of portside.processes()) kill(pid);
  }
  rmSync(dataDir, { recursive: true });
});

test.run();
