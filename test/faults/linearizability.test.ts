import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findObstacle, UnsupportedEnvironment } from '../../scripts/checks/linearizability/requirements.ts';
import { typescriptArgs } from '../../scripts/typescript-args.ts';
import { eventually } from '../support/eventually.ts';
import { findMarkedProcesses } from '../support/process/marked-processes.ts';

const test = suite('npm run test:linearizability');

const obstacle = findReason();
if (obstacle !== undefined) process.stdout.write(`skipped: npm run test:linearizability, ${obstacle}\n`);
const it = obstacle === undefined ? test : test.skip;

function findReason(): string | undefined {
  try {
    findObstacle();
    return undefined;
  } catch (error) {
    if (!(error instanceof UnsupportedEnvironment)) throw error;
    return error.message;
  }
}

const script = fileURLToPath(new URL('../../scripts/checks/linearizability.ts', import.meta.url));

function start(...args: readonly string[]) {
  const mark = randomUUID();
  const child = spawn(process.execPath, [...typescriptArgs, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORTSIDE_TEST_MARK: mark },
  });
  let output = '';
  const append = (text: string) => (output += text);
  child.stdout.setEncoding('utf8').on('data', append);
  child.stderr.setEncoding('utf8').on('data', append);
  return {
    child,
    output: () => output,
    ended: once(child, 'close').then(() => child.exitCode),
    processes: () => findMarkedProcesses(`PORTSIDE_TEST_MARK=${mark}`),
  };
}

/** Returns the names of the network interfaces and named network namespaces that this process can see. */
function networkNames(): string[] {
  const interfaces = readFileSync('/proc/self/net/dev', 'utf8').matchAll(/^ *([^\s:|]+):/gm);
  const namespaces = existsSync('/var/run/netns') ? readdirSync('/var/run/netns') : [];
  return [...Array.from(interfaces, ([, name]) => name ?? ''), ...namespaces];
}

it('finds linearizable responses when the leader crashes, and leaves nothing behind', async () => {
  const { output, ended, processes } = start('--mode', 'crash', '--minutes', '0.2');
  const code = await ended;
  process.stdout.write(output());
  assert.match(output(), /^ok crash \(\d+ requests for \d+ laptops, [1-9]\d* rounds, /);
  assert.match(output(), /^1 passed, 0 failed$/m);
  assert.is(code, 0);
  assert.equal(processes(), []);
  assert.not(networkNames().includes('replica-one'));
});

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  it(`ends all processes after ${signal}`, async () => {
    const { child, output, ended, processes } = start('--mode', 'freeze');
    await eventually(() => {
      // The replica is the last program that starts.
      assert.ok(
        processes().some(({ command }) => command.includes('src/laptops/main.ts')),
        output(),
      );
    }, 60_000);
    child.kill(signal);
    assert.is(await ended, code);
    assert.equal(processes(), []);
  });
}

test('prints its modes with --help', async () => {
  const { output, ended } = start('--help');
  assert.is(await ended, 0);
  for (const mode of ['control', 'crash', 'freeze', 'partition', 'cut-peers']) assert.match(output(), mode);
});

test('rejects an unknown mode', async () => {
  const { output, ended } = start('--mode', 'flood');
  assert.is(await ended, 2);
  assert.match(output(), 'unknown mode "flood"');
});

test.run();
