/** `npm start` from the first line to the last: what it prints answers, and what it started ends with it. */

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

/** Those among all processes of this launcher whose command holds these words. */
function find(portside: Portside, words: string): MarkedProcess[] {
  return portside.processes().filter(({ command }) => command.includes(words));
}

/** The one process among them; the guard of the broker carries the broker's words too. */
function findOne(portside: Portside, words: string): MarkedProcess {
  const [found, ...more] = find(portside, words).filter(({ command }) => !command.startsWith('sh '));
  assert.equal(more, []);
  if (found === undefined) throw new Error(`no process is ${words}:\n${portside.output()}`);
  return found;
}

const brokerWords = 'nats-server.conf';
const serviceWords = ['src/laptops/main.ts', 'src/ports/main.ts'];

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

function nothingIsLeft(portside: Portside): Promise<void> {
  return eventually(() => assert.equal(portside.processes(), []), 30_000);
}

const test = suite('npm start runs everything, and everything ends with it');

test('it prints where things answer and what to try, and Ctrl-C ends all of it with 0', async () => {
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

  const pids = [portside.pid, ...[...serviceWords, brokerWords].map((words) => findOne(portside, words).pid)];
  assert.is(new Set(pids).size, 4);

  await add(laptops, 1);
  process.kill(portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await nothingIsLeft(portside);
});

test('the next start finds the data, and a kill of everything right after a 201 loses nothing', async () => {
  const portside = start();
  const { laptops } = await portside.up;
  assert.equal(await readIds(laptops), [1]);

  await add(laptops, 2);
  for (const { pid } of portside.processes()) kill(pid);
  await nothingIsLeft(portside);
});

test('when only the launcher is killed, the services and the broker end by themselves', async () => {
  const portside = start();
  const { laptops } = await portside.up;
  assert.equal(await readIds(laptops), [1, 2]);

  process.kill(portside.pid, 'SIGKILL');
  // At once: the broker of before may still be in its last moments.
  const next = start();
  assert.equal(await readIds((await next.up).laptops), [1, 2]);
  await nothingIsLeft(portside);
  process.kill(next.pid, 'SIGINT');
  assert.equal(await next.ended, { code: 0, signal: null });
});

test('Ctrl-C in a terminal reaches every process of the group, and still ends with 0', async () => {
  const portside = start({ ownGroup: true });
  await portside.up;
  process.kill(-portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await nothingIsLeft(portside);
});

test('Ctrl-C while it starts leaves nothing behind', async () => {
  const portside = start({ ownGroup: true });
  await eventually(() => assert.ok(find(portside, brokerWords).length > 0));
  process.kill(-portside.pid, 'SIGINT');
  assert.equal(await portside.ended, { code: 0, signal: null });
  await nothingIsLeft(portside);
});

test('a launcher that is killed while it starts leaves nothing behind', async () => {
  const portside = start();
  await eventually(() => assert.ok(find(portside, 'src/ports/main.ts').length > 0));
  process.kill(portside.pid, 'SIGKILL');
  await nothingIsLeft(portside);
});

test('a service that dies ends everything, and the launcher says which', async () => {
  const portside = start();
  await portside.up;
  process.kill(findOne(portside, 'src/ports/main.ts').pid, 'SIGKILL');
  assert.equal(await portside.ended, { code: 1, signal: null });
  assert.match(portside.output(), 'the ports service exited (SIGKILL)');
  await nothingIsLeft(portside);
});

test('a broker that dies ends everything, and the launcher says so', async () => {
  const portside = start();
  await portside.up;
  process.kill(findOne(portside, brokerWords).pid, 'SIGKILL');
  assert.equal(await portside.ended, { code: 1, signal: null });
  assert.match(portside.output(), 'nats-server exited unexpectedly');
  await nothingIsLeft(portside);
});

test('with NATS_URL that server is used, and none is started', async () => {
  const broker = await startTestBroker();
  try {
    const portside = start({ env: { NATS_URL: broker.url } });
    const { laptops, nats } = await portside.up;
    assert.is(nats, broker.url);
    assert.equal(find(portside, brokerWords), []);
    await add(laptops, 7);
    assert.equal(await readIds(laptops), [7]);
    process.kill(portside.pid, 'SIGINT');
    assert.equal(await portside.ended, { code: 0, signal: null });
    await nothingIsLeft(portside);
    process.kill(broker.pid, 0);
  } finally {
    await broker.close();
  }
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended when its parent did.
  }
}

test.after(() => {
  for (const portside of started) {
    for (const { pid } of portside.processes()) kill(pid);
  }
  rmSync(dataDir, { recursive: true });
});

test.run();
