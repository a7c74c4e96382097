/** `portside new` from the packed kit: the new package can be installed, tested and started. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findNatsServer } from '../../scripts/setup/programs/nats-server.mjs';
import { connectToNats } from '../../src/kit/nats/connection/connection.ts';
import { createHttpClient } from '../support/http/http.ts';
import { installPackages, isRegistryReachable, packKit, runProgram } from '../support/package/kit-package.ts';

const folder = mkdtempSync(join(tmpdir(), 'portside-new-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const app = join(folder, 'app');
const docks = join(app, 'docks');
const server = (await findNatsServer())?.path;
if (server === undefined) throw new Error('nats-server not found: run `npm run setup`');
const env = { NATS_SERVER: server };

const canInstall = isRegistryReachable();
const created = suite('a package that `portside new` creates');
const it = canInstall ? created : created.skip;
if (canInstall) {
  const { tarball } = packKit(folder);
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }');
  installPackages(app, tarball);
  runProgram('npx', ['--no-install', 'portside', 'new', 'docks', '--kit', `file:${tarball}`], app);
  installPackages(docks);
}

/** Runs an installed command that is expected to fail, and returns its standard error. */
function runFailing(
  program: string,
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv = env,
) {
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  assert.is(status, 1, stderr);
  return stderr;
}

type Urls = Readonly<Record<'http' | 'probes' | 'nats' | 'monitor', string>>;

/** Runs `npm start` on free ports. Resolves when it has printed the URLs. */
async function start() {
  const child = spawn('npm', ['start'], {
    cwd: docks,
    // A process group, so that a failed test leaves no process behind.
    detached: true,
    env: { ...process.env, ...env, HTTP_PORT: '0', PROBE_PORT: '0', NATS_PORT: '0', NATS_MONITOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  process.once('exit', () => killGroup(child.pid));
  let output = '';
  const urls = await new Promise<Urls>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      output += `${line}\n`;
      const find = (pattern: RegExp) => pattern.exec(output)?.[1] ?? '';
      const nats = find(/NATS\s+(nats:\S+)/);
      if (nats === '') return;
      const [http, probes] = [find(/console\s+(\S+)\/\n/), find(/probes\s+(\S+)\/readyz/)];
      resolve({ http, probes, nats, monitor: find(/monitoring\s+(\S+)/) });
    });
    void exited.then((code) => reject(new Error(`npm start exited with code ${code}\n${output}`)));
  });
  const stop = () => {
    child.kill('SIGTERM');
    return exited;
  };
  return { urls, stop };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no processes left.
  }
}

it('passes its own tests', () => {
  const output = runProgram('npm', ['test'], docks, env);
  assert.match(output, /^# fail 0$/m);
  assert.match(output, /^# pass [1-9]/m);
});
it('starts a broker and the service, which executes commands over REST and NATS, and stops them', async () => {
  const { urls, stop } = await start();
  const service = createHttpClient(urls.http);
  const { nc } = await connectToNats({ url: urls.nats, name: 'test' });
  try {
    assert.is((await fetch(`${urls.probes}/readyz`)).status, 200);
    const added = await service.post('/docks', { json: { id: 1, name: 'North' } });
    assert.is(added.status, 201, added.text);
    const renamed = await nc.request('docks.commands.rename', JSON.stringify({ id: 1, name: 'South' }));
    assert.equal(renamed.json<{ dock: unknown }>().dock, { id: 1, name: 'South' });
    assert.equal((await service.get('/docks?name=South')).body, [{ id: 1, name: 'South' }]);
    assert.match((await service.get('/')).text, '<!doctype html>');
    const { paths } = JSON.parse((await service.get('/openapi.json')).text);
    assert.ok('/docks/{id}/rename' in paths);
    assert.is((await service.get('/asyncapi.json')).status, 200);
  } finally {
    await nc.close();
  }
  const broker = Number(readFileSync(join(docks, '.portside', 'nats-server.pid'), 'utf8'));
  assert.is(await stop(), 0);
  assert.throws(() => process.kill(broker, 0), /ESRCH/);
  await assertRejects(fetch(urls.http));
});
it('retains the data, continues with it at the next start, and its doctor reports no problem', async () => {
  const { urls, stop } = await start();
  const list = await createHttpClient(urls.http).get('/docks');
  const report = runProgram('npm', ['run', '--silent', 'doctor'], docks, {
    NATS_URL: urls.nats,
    NATS_MONITOR_URL: urls.monitor,
  });
  assert.match(report, /✓ stream DOCKS +matches streams\/docks\.json\n/);
  assert.match(report, / 0 warnings, 0 failures\n$/);
  assert.is(await stop(), 0);
  assert.equal(list.body, [{ id: 1, name: 'South' }]);
});
it('has frozen event shapes, and freezes new ones', () => {
  const frozen = 'nothing new: every event shape is frozen\n';
  assert.is(runProgram('npm', ['run', '--silent', 'freeze'], docks), frozen);
  rmSync(join(docks, 'schemas', 'dock-renamed.v1.json'));
  assert.is.not(spawnSync('npm', ['test'], { cwd: docks, env: { ...process.env, ...env } }).status, 0);
  assert.is(
    runProgram('npm', ['run', '--silent', 'freeze'], docks),
    'frozen: schemas/dock-renamed.v1.json\n',
  );
});
it('prints a NATS user for each of its roles', () => {
  const printed = runProgram('npx', ['portside', 'roles', 'dist/service.js'], docks);
  const users = Array.from(printed.matchAll(/nkey: \$(\w+)_NKEY/g), ([, name]) => name?.toLowerCase());
  assert.equal(users, ['docks', 'provisioner', 'publisher', 'importer', 'operator', 'subscriber']);
});
it('is not created in a folder that is not empty', () =>
  assert.match(
    runFailing('npx', ['portside', 'new', 'docks'], app),
    'the folder docks exists and is not empty',
  ));
it('cannot be started without nats-server, and says how to install it', () => {
  const PATH = join(docks, 'node_modules', '.bin');
  const stderr = runFailing(process.execPath, [join(PATH, 'portside'), 'dev', 'dist/service.js'], docks, {
    PATH,
    NATS_SERVER: '',
  });
  assert.match(stderr, /^portside dev: nats-server was not found on PATH.*\nInstall nats-server 2\.12/);
});
created.run();

async function assertRejects(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => 'resolved',
    () => 'rejected',
  );
  assert.is(outcome, 'rejected');
}
