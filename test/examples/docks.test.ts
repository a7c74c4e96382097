/** `examples/docks` outside the workspace: built and run with the tarball of the kit, beside the laptops of this checkout. */

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { inBrowser, openBrowser } from '../support/http/browser.ts';
import { assertProblem } from '../support/http/http.ts';
import { installPackages, isRegistryReachable, packKit, runProgram } from '../support/package/kit-package.ts';
import { startLoggedService } from '../support/process/logged-service.ts';
import { startTestSystem } from '../support/process/system.ts';

const example = fileURLToPath(new URL('../../examples/docks', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'portside-docks-'));
process.once('exit', () => rmSync(temporary, { recursive: true }));

/** Copies the package, without what a developer may have installed or built in it, and installs the tarball. */
function installDocks(): string {
  const folder = join(temporary, 'docks');
  const { tarball } = packKit(temporary);
  cpSync(example, folder, {
    recursive: true,
    filter: (path) => !/(?:^node_modules|^dist|^package-lock\.json|\.tgz)$/.test(basename(path)),
  });
  cpSync(tarball, join(folder, basename(tarball)));
  installPackages(folder);
  return folder;
}

async function startAll() {
  const folder = installDocks();
  const tests = runProgram('npm', ['test'], folder);
  const system = await startTestSystem();
  const provisioned = runProgram('npm', ['run', '--silent', 'provision'], folder, {
    NATS_URL: system.broker.url,
  });
  const laptops = await system.start('laptops');
  for (const [id, model] of [
    [7, 'S3'],
    [8, 'S4'],
  ] as const) {
    assert.is((await laptops.post('/laptops', { json: { id, title: 'Lenovo', model } })).status, 201);
  }
  const docks = await startLoggedService('docks', {
    natsUrl: system.broker.url,
    entry: pathToFileURL(join(folder, 'dist/main.js')),
    nodeArgs: [],
  });
  const browser = await openBrowser();
  return { folder, tests, system, provisioned, laptops, docks, browser };
}

const started = isRegistryReachable() ? await startAll() : undefined;

function running() {
  assert.ok(started !== undefined);
  return started;
}

const Dock = z.object({ id: z.int(), laptops: z.array(z.looseObject({ slot: z.int() })) });
const lenovo = { id: 7, title: 'Lenovo', model: 'S3' };

/** Registers a dock and returns its id. */
async function register(vendor: string, label: string): Promise<number> {
  const { status, body } = await running().docks.post('/docks', { json: { vendor, label } });
  assert.is(status, 201);
  return Dock.parse(body).id;
}

async function laptopsIn(id: number): Promise<unknown> {
  const { body } = await running().docks.get(`/docks/${id}`, { headers: { 'Wait-For-Position': 'latest' } });
  return Dock.parse(body).laptops;
}

async function listIds(query: string): Promise<number[]> {
  const { status, body } = await running().docks.get(`/docks?${query}`);
  assert.is(status, 200);
  return z
    .array(Dock)
    .parse(body)
    .map(({ id }) => id);
}

const installed = suite('the package of docks');
const testPackage = started === undefined ? installed.skip : installed;

testPackage('uses the kit from the tarball', () => {
  const lockFile = readFileSync(join(running().folder, 'package-lock.json'), 'utf8');
  const Locked = z.object({ resolved: z.string(), link: z.boolean().default(false) });
  const { packages } = z.object({ packages: z.record(z.string(), z.unknown()) }).parse(JSON.parse(lockFile));
  const { resolved, link } = Locked.parse(packages['node_modules/@portside/kit']);
  assert.match(resolved, /^file:portside-kit-.*\.tgz$/);
  assert.not.ok(link);
});
testPackage('compiles, and passes its own tests', () => assert.match(running().tests, /\bpass [1-9]\d*$/m));
testPackage('provisions its own stream only', () => assert.is(running().provisioned, 'DOCKS: created\n'));
testPackage('is examined by its doctor, with the stream that it follows', () => {
  const { folder, system } = running();
  const report = runProgram('npm', ['run', '--silent', 'doctor'], folder, {
    NATS_URL: system.broker.url,
    NATS_MONITOR_URL: 'http://127.0.0.1:1',
  });
  assert.match(report, /✓ stream DOCKS +matches streams\/docks\.json\n/);
  assert.match(report, /✓ stream LAPTOPS +matches follows\/laptops\.json\n/);
  assert.match(report, /✓ replicas docks +1 at the stream’s end/);
  assert.match(report, / 1 warning, 0 failures\n$/);
});
installed.run();

const rest = suite('docks over REST');
const testRest = started === undefined ? rest.skip : rest;

testRest('can be registered, relabelled, relocated and decommissioned', async () => {
  const { docks } = running();
  const id = await register('Dell', 'North');
  assert.is((await docks.put(`/docks/${id}`, { json: { label: 'South' } })).status, 200);
  const { body } = await docks.post(`/docks/${id}/relocate`, { json: { location: 'A 12' } });
  const { relocatedAt, ...rest } = z.looseObject({ relocatedAt: z.iso.datetime() }).parse(body);
  assert.ok(Date.parse(relocatedAt) <= Date.now());
  assert.equal(rest, { id, vendor: 'Dell', label: 'South', location: 'A 12', laptops: [] });
  assert.is((await docks.post(`/docks/${id}/decommission`)).status, 204);
  assert.is((await docks.get(`/docks/${id}`)).status, 404);
});
testRest('show their laptops by title and model, as the laptop service changes them', async () => {
  const { docks, laptops } = running();
  const id = await register('Dell', 'North');
  const slot = (number: number) => `/docks/${id}/slots/${number}`;
  assert.is((await docks.put(slot(3), { json: { laptopId: 7 } })).status, 204);
  assert.equal(await laptopsIn(id), [{ slot: 3, ...lenovo }]);
  await laptops.put('/laptops/7', { json: { title: 'Lenovo', model: 'S5' } });
  assert.equal(await laptopsIn(id), [{ slot: 3, ...lenovo, model: 'S5' }]);
  await laptops.delete('/laptops/7');
  assert.equal(await laptopsIn(id), [{ slot: 3, id: 7, title: null, model: null }]);
  await laptops.post('/laptops', { json: lenovo });
  assert.equal(await laptopsIn(id), [{ slot: 3, ...lenovo }]);
  assert.is((await docks.delete(slot(3))).status, 204);
  assert.equal(await laptopsIn(id), []);
});
testRest('reject a laptop that does not exist, a slot that is occupied and a second dock', async () => {
  const { docks } = running();
  const [id, other] = [await register('Dell', 'North'), await register('Dell', 'South')];
  const dock = (into: number, slot: number, laptopId: number) =>
    docks.put(`/docks/${into}/slots/${slot}`, { json: { laptopId } });
  assertProblem(await dock(id, 1, 99), 'conflict', /There is no laptop 99/);
  assertProblem(await dock(id, 13, 7), 'malformed');
  assert.is((await dock(id, 1, 7)).status, 204);
  assertProblem(await dock(id, 1, 8), 'conflict', /Slot 1 is occupied/);
  assertProblem(await dock(other, 1, 7), 'conflict', new RegExp(`The laptop is in dock ${id}`));
  assertProblem(await docks.post(`/docks/${id}/decommission`), 'conflict', /Laptops are docked/);
  await docks.delete(`/docks/${id}/slots/1`);
});
testRest('can be filtered by laptop, and sorted by vendor and label', async () => {
  const { docks } = running();
  const apple = await register('Apple', 'Z');
  const zebra = await register('Zebra', 'A');
  await docks.put(`/docks/${zebra}/slots/12`, { json: { laptopId: 8 } });
  assert.equal(await listIds('laptop=8'), [zebra]);
  assert.equal(await listIds('vendor=Apple'), [apple]);
  const byVendor = await listIds('sort=vendor');
  assert.equal([byVendor.at(0), byVendor.at(-1)], [apple, zebra]);
  const byLabel = await listIds('sort=label');
  assert.equal([byLabel.at(0), byLabel.at(-1)], [zebra, apple]);
  await docks.delete(`/docks/${zebra}/slots/12`);
  assert.equal(await listIds('laptop=8'), []);
});
rest.run();

const overNats = suite('docks over NATS');
const testNats = started === undefined ? overNats.skip : overNats;

testNats('execute every command', async () => {
  const { nc } = running().system.connection;
  const request = async (subject: string, payload: object) => {
    const reply = await nc.request(`docks.${subject}`, JSON.stringify(payload));
    const error = reply.headers?.get('Nats-Service-Error') ?? '';
    assert.is(error, '', `${subject}: ${error}`);
    return reply.json();
  };
  const Reply = z.object({ dock: Dock });
  const { id } = Reply.parse(await request('commands.register', { vendor: 'HP', label: 'West' })).dock;
  await request('commands.relabel', { id, label: 'East' });
  await request('commands.relocate', { id, storeroom: true });
  await request('commands.dock', { id, slot: 2, laptopId: 7 });
  const { docks } = z.object({ docks: z.array(Dock) }).parse(await request('queries.list', { laptop: 7 }));
  assert.equal(
    docks.map((dock) => [dock.id, dock.laptops]),
    [[id, [{ slot: 2, ...lenovo }]]],
  );
  await request('commands.undock', { id, slot: 2 });
  await request('commands.decommission', { id });
  assert.is((await running().docks.get(`/docks/${id}`)).status, 404);
});
overNats.run();

const console = suite('the web console of docks');
const testConsole = started === undefined ? console.skip : inBrowser(console);

testConsole('has a form for each command', async () => {
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const fill = async (page: Page, verb: string, fields: Readonly<Record<string, string>>) => {
    const dialog = page.getByRole('dialog');
    for (const [name, value] of Object.entries(fields)) {
      await dialog.locator(`[name="${name}"]`).fill(value);
    }
    await dialog.getByRole('button', { name: verb, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  const { browser, docks } = running();
  await browser.visit(docks.url, async (page) => {
    await button(page, 'Register a dock').click();
    await fill(page, 'Register', { id: '1000', vendor: 'Kensington', label: 'Lobby' });
    await page.goto(`${docks.url}/#/entity/1000`);
    const shown = (text: string) => page.getByRole('definition').getByText(text).waitFor();
    await button(page, 'Relabel').click();
    await fill(page, 'Relabel', { label: 'Hall' });
    await shown('Hall');
    await button(page, 'Relocate').click();
    await fill(page, 'Relocate', { location: 'Floor 2' });
    await shown('Floor 2');
    await button(page, 'Dock').click();
    await fill(page, 'Dock', { slot: '12', laptopId: '8' });
    await shown('12 Lenovo');
    await button(page, 'Undock').click();
    await fill(page, 'Undock', { slot: '12' });
    await button(page, 'Decommission').click();
    await fill(page, 'Decommission', {});
    await page.getByText('The dock does not exist.').waitFor();
  });
});
testConsole('sorts the table by a column, and filters it', async () => {
  const { browser, docks } = running();
  await browser.visit(docks.url, async (page) => {
    const first = page.locator('tbody tr[data-id]').first();
    await page.getByRole('columnheader', { name: 'Vendor' }).getByRole('button').click();
    await first.getByText('Apple').waitFor();
    await page.getByRole('columnheader', { name: 'Vendor' }).getByRole('button').click();
    await first.getByText('Zebra').waitFor();
    await page.getByRole('searchbox').fill('apple');
    await first.getByText('Apple').waitFor();
    assert.is(await page.locator('tbody tr[data-id]').count(), 1);
  });
});
console.after(async () => {
  await started?.browser.close();
  await started?.docks.stop();
  await started?.system.close();
});
console.run();
