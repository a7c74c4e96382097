import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addScripts, createCheckout, writeNatsServer, writeProgram } from './testing.mjs';

const setup = suite('setup');

/** Creates a clone with a fake npm that records its calls. */
function createClone() {
  const checkout = createCheckout();
  const script = addScripts(checkout);
  writeProgram(join(checkout.bin, 'npm'), 'echo call >> npm-calls; /bin/mkdir -p node_modules');
  const env = { ...checkout.env, NATS_SERVER_SOURCES: 'apt,go' };
  const run = (args: string[] = [], extraEnv = {}) =>
    spawnSync(process.execPath, [script, ...args], {
      cwd: checkout.root,
      env: { ...env, ...extraEnv },
      encoding: 'utf8',
    });
  return { ...checkout, script, run };
}

setup('installs the dependencies and prints nothing the second time', () => {
  const { bin, run } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  const first = run();
  assert.is(first.status, 0, first.stderr);
  assert.match(first.stderr, 'npm dependencies: installed');
  const second = run();
  assert.equal([second.status, second.stdout, second.stderr], [0, '', '']);
});

setup('installs the test tools only with --test-tools', () => {
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

setup('fails with the attempted sources, their errors and instructions if no source succeeds', () => {
  const { run } = createClone();
  const { status, stderr } = run();
  assert.is(status, 1);
  assert.match(stderr, /\n {2}apt: (apt-get was not found|this system is neither)/);
  assert.match(stderr, '\n  go: go was not found');
  for (const system of ['Debian, Ubuntu', 'macOS', 'Go', 'Docker', 'PORTSIDE_NATS_SERVER=']) {
    assert.match(stderr, system);
  }
});

setup('stops before installing nats-server if npm fails', () => {
  const { bin, run } = createClone();
  writeProgram(join(bin, 'npm'), 'echo "npm error network unreachable" >&2; exit 7');
  const { status, stderr } = run();
  assert.is(status, 1);
  assert.match(stderr, /Setup failed\. npm ci .* ended with exit code 7\nnpm error network unreachable\n$/);
});

setup('skips nats-server with --no-nats-server, or for npm start with NATS_URL, but not for npm test', () => {
  const { run } = createClone();
  const own = { NATS_URL: 'nats://127.0.0.1:4222' };
  assert.is(run(['--no-nats-server']).status, 0);
  assert.is(run([], { ...own, npm_lifecycle_event: 'prestart' }).status, 0);
  assert.is(run([], { ...own, npm_lifecycle_event: 'pretest' }).status, 1);
  assert.is(run([], { npm_lifecycle_event: 'prestart' }).status, 1);
});

setup('installs the nats CLI only with --nats-cli, and succeeds with a message if Go is missing', () => {
  const { bin, run } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  assert.not.match(run().stderr, 'nats CLI');
  const { status, stderr } = run(['--nats-cli']);
  assert.is(status, 0);
  assert.match(stderr, 'setup: nats CLI not available, its tests are skipped: Go not found');
});

setup('installs once if two setups run concurrently', async () => {
  const { root, bin, env, script } = createClone();
  writeNatsServer(join(bin, 'nats-server'), '2.15.2');
  const both = [1, 2].map(() => once(spawn(process.execPath, [script], { cwd: root, env }), 'exit'));
  assert.equal(await Promise.all(both), [
    [0, null],
    [0, null],
  ]);
  assert.is(readFileSync(join(root, 'npm-calls'), 'utf8'), 'call\n');
});

setup('documents the environment with --help without installing, and rejects unknown options', () => {
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

setup('rejects an unsupported Node version with a clear message', () => {
  const { script } = createClone();
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.4' });
    await import(${JSON.stringify(`file://${script}`)});`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', pretend], {
    encoding: 'utf8',
  });
  assert.is(status, 1);
  assert.match(stderr, 'needs Node 20 or newer; this is Node 18.20.4');
});

setup.run();
