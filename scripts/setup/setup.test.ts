import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addScripts, createCheckout, writeNatsServer, writeProgram } from './testing.mjs';

const test = suite('a fresh clone is made ready by node scripts/setup.mjs');

/** A clone with a stand-in npm that counts its calls. */
function createClone() {
  const checkout = createCheckout();
  const script = addScripts(checkout);
  writeProgram(join(checkout.bin, 'npm'), 'echo call >> npm-calls; /bin/mkdir -p node_modules');
  const env = { ...checkout.env, NATS_SERVER_SOURCES: 'apt,go' };
  const run = (args: string[] = [], more = {}) =>
    spawnSync(process.execPath, [script, ...args], {
      cwd: checkout.root,
      env: { ...env, ...more },
      encoding: 'utf8',
    });
  return { ...checkout, script, run };
}

test('it installs, and says nothing the second time', () => {
  const { bin, run } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  const first = run();
  assert.is(first.status, 0, first.stderr);
  assert.match(first.stderr, 'npm dependencies: installed');
  const second = run();
  assert.equal([second.status, second.stdout, second.stderr], [0, '', '']);
});

test('what only the tests need is installed for them alone', () => {
  const { root, run } = createClone();
  const called = join(root, 'conformance', 'asyncapi', 'npm-calls');
  assert.is(run(['--no-nats-server']).status, 0);
  assert.not.ok(existsSync(called));
  const first = run(['--no-nats-server', '--test-tools']);
  assert.is(first.status, 0, first.stderr);
  assert.match(first.stderr, 'test tools: installed');
  const second = run(['--no-nats-server', '--test-tools']);
  assert.equal([second.status, second.stderr], [0, '']);
  assert.is(readFileSync(called, 'utf8'), 'call\n');
});

test('when no way works it says what was tried, why it failed and what to do, and fails', () => {
  const { run } = createClone();
  const { status, stderr } = run();
  assert.is(status, 1);
  assert.match(stderr, /\n {2}apt: (apt-get was not found|this system is neither)/);
  assert.match(stderr, '\n  go: go was not found');
  for (const system of ['Debian, Ubuntu', 'macOS', 'Go', 'Docker', 'PORTSIDE_NATS_SERVER=']) {
    assert.match(stderr, system);
  }
});

test('a failing npm stops it before the nats-server', () => {
  const { bin, run } = createClone();
  writeProgram(join(bin, 'npm'), 'echo "npm error network away" >&2; exit 7');
  const { status, stderr } = run();
  assert.is(status, 1);
  assert.match(stderr, /Setup failed\. npm ci .* ended with exit code 7\nnpm error network away\n$/);
});

test('an own server or --no-nats-server needs no nats-server, but npm test does', () => {
  const { run } = createClone();
  const own = { NATS_URL: 'nats://127.0.0.1:4222' };
  assert.is(run(['--no-nats-server']).status, 0);
  assert.is(run([], { ...own, npm_lifecycle_event: 'prestart' }).status, 0);
  assert.is(run([], { ...own, npm_lifecycle_event: 'pretest' }).status, 1);
  assert.is(run([], { npm_lifecycle_event: 'prestart' }).status, 1);
});

test('the nats command line is looked for when it is asked for, and its lack is said but is no failure', () => {
  const { bin, run } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  assert.not.match(run().stderr, 'nats command line');
  const { status, stderr } = run(['--nats-cli']);
  assert.is(status, 0);
  assert.match(stderr, 'setup: no nats command line, its tests are skipped: there is no Go');
});

test('two at once install once', async () => {
  const { root, bin, env, script } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  const both = [1, 2].map(() => once(spawn(process.execPath, [script], { cwd: root, env }), 'exit'));
  assert.equal(await Promise.all(both), [
    [0, null],
    [0, null],
  ]);
  assert.is(readFileSync(join(root, 'npm-calls'), 'utf8'), 'call\n');
});

test('--help documents the environment and does nothing; an unknown option is refused', () => {
  const { root, run } = createClone();
  const { status, stdout } = run(['--help']);
  assert.is(status, 0);
  for (const name of [
    'NATS_URL',
    'PORTSIDE_NATS_SERVER',
    'PORTSIDE_NATS_CLI',
    'NATS_SERVER_SOURCES',
    'NATS_SERVER_RELEASES_URL',
  ]) {
    assert.match(stdout, name);
  }
  assert.is(run(['--no-such']).status, 2);
  assert.not.ok(existsSync(join(root, '.tools')));
});

test('an old Node is told so', () => {
  const { script } = createClone();
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });
    await import(${JSON.stringify(`file://${script}`)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', pretend], {
    encoding: 'utf8',
  });
  assert.is(status, 1);
  assert.match(stderr, 'needs Node 20 or newer; this is Node 18.20.4');
});

test.run();
