/** Runs the test runner on broken test files, each in its own folder, and checks that it reports them as failed. */

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../test/support/eventually.ts';
import { typescriptArgs } from '../typescript-args.ts';

const runner = fileURLToPath(new URL('test.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const folders: string[] = [];

/** Creates a checkout that contains only these test files. */
function createCheckout(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'portside-runner-'));
  folders.push(root);
  symlinkSync(modules, join(root, 'node_modules'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(root, 'test'));
  for (const [name, source] of Object.entries(files)) {
    const head = `import { suite, test } from 'uvu'; import * as assert from 'uvu/assert';`;
    writeFileSync(join(root, 'test', name), `${head}\n${source}\n`);
  }
  return root;
}

function run(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const root = createCheckout(files);
  const { status, stdout } = spawnSync(
    process.execPath,
    [...typescriptArgs, runner, '--root', root, ...args],
    {
      encoding: 'utf8',
    },
  );
  const lines = stdout.trimEnd().split('\n');
  return { code: status, output: stdout, lastLine: lines.at(-1) };
}

const passing = `test('passes', () => assert.is(1, 1)); test.run();`;

const runnerSuite = suite('the test runner');

runnerSuite('adds up passing files and exits with 0', () => {
  const { code, output, lastLine } = run({ 'a.test.ts': passing, 'b.test.ts': passing });
  assert.is(lastLine, '2 passed, 0 failed');
  assert.is(code, 0);
  assert.match(output, /^ok {3}test\/a\.test\.ts: 1 passed/m);
});

runnerSuite('counts failing and passing tests and prints the output of the file', () => {
  const { code, output, lastLine } = run({
    'a.test.ts': passing,
    'b.test.ts': `test('adds', () => assert.is(1 + 1, 3)); test('adds well', () => assert.is(1 + 1, 2)); test.run();`,
  });
  assert.is(lastLine, '2 passed, 1 failed');
  assert.is(code, 1);
  assert.match(output, /^FAIL test\/b\.test\.ts: 1 passed, 1 failed/m);
  assert.match(output, '"adds"');
});

runnerSuite('counts skipped tests separately and does not fail their file', () => {
  const { code, output, lastLine } = run({
    'a.test.ts': `process.stdout.write('skipped: no clock\\n'); test.skip('waits', () => {}); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 0 failed, 1 skipped');
  assert.is(code, 0);
  assert.match(output, 'skipped: no clock');
});

runnerSuite('reports a failure in a file with a skipped test', () => {
  const { code, lastLine } = run({
    'a.test.ts': `test.skip('waits', () => {}); test('fails', () => assert.unreachable()); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 1 failed, 1 skipped');
  assert.is(code, 1);
});

runnerSuite('fails a file whose before hook throws, although uvu exits with 0', () => {
  const { code, lastLine } = run({
    'a.test.ts': passing,
    'b.test.ts': `test.before(() => { throw new Error('no broker'); }); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 1 failed');
  assert.is(code, 1);
});

const wait = 'await new Promise((resolve) => setTimeout(resolve, 50));';

/** Files that fail as a whole, with the expected report of each. */
const broken: Readonly<Record<string, readonly [source: string, counts: string, fault: string]>> = {
  'throws while it is loaded': [
    `throw new Error('no broker'); ${passing}`,
    '0 passed',
    'no totals reported: the setup threw, or .run() was never called',
  ],
  'never calls .run(), although uvu exits with 0': [
    `test('never runs', () => assert.unreachable());`,
    '0 passed',
    'no totals reported: the setup threw, or .run() was never called',
  ],
  'runs one suite and forgets the other': [
    `const one = suite('one'); one('passes', () => {}); one.run();
     const two = suite('two'); two('fails', () => assert.unreachable());`,
    '1 passed',
    'creates 2 suites but calls .run() 1 times',
  ],
  'contains no test': ['test.run();', '0 passed', 'contains no test'],
  'exits in the middle of a test': [
    `test('never settles', () => new Promise(() => {})); test.run();`,
    '0 passed',
    'no totals reported: the setup threw, or .run() was never called',
  ],
  'passes and then exits with another code': [
    `${passing} process.on('exit', () => { process.exitCode = 3; });`,
    '1 passed',
    'all tests passed, but the exit code is 3',
  ],
};
const nameOf = (index: number) => `${index}.test.ts`;
const brokenRun = run(
  Object.fromEntries(Object.values(broken).map(([source], index) => [nameOf(index), source])),
);

for (const [index, [behaviour, [, counts, fault]]] of Object.entries(broken).entries()) {
  runnerSuite(`fails a file that ${behaviour}`, () => {
    const lines = brokenRun.output.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`FAIL test/${nameOf(index)}: ${counts} (`));
    assert.is(lines[at + 1]?.trim(), fault);
  });
}

runnerSuite('counts each file that fails as a whole as one failure', () => {
  assert.is(brokenRun.lastLine, '2 passed, 6 failed');
  assert.is(brokenRun.code, 1);
  assert.match(brokenRun.output, 'no broker');
});

runnerSuite('counts all suites of a file that run one after the other, with a delay in between', () => {
  const { code, lastLine } = run({
    'a.test.ts': `${passing} ${wait} test('fails', () => assert.unreachable()); test.run(); ${wait} ${passing}`,
  });
  assert.is(lastLine, '2 passed, 1 failed');
  assert.is(code, 1);
});

runnerSuite('fails if no file matches', () => {
  const { code, lastLine } = run({ 'a.test.ts': passing }, 'no-such-part');
  assert.is(lastLine, '0 passed, 0 failed');
  assert.is(code, 1);
});

runnerSuite('runs only the matching files', () => {
  const files = { 'a.test.ts': passing, 'b.test.ts': 'test.run();' };
  const { code, lastLine } = run(files, 'test/a');
  assert.is(lastLine, '1 passed, 0 failed');
  assert.is(code, 0);
});

/** Returns a test file that fails and leaves a process, optionally in its own process group, that keeps the output open. */
const failing = (name: string, detached: boolean) => `
  import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  const child = spawn('sleep', ['60'], { stdio: 'inherit', detached: ${detached} });
  child.unref();
  writeFileSync('${name}.pids', process.pid + ' ' + child.pid);
  test('adds', () => assert.is(1 + 1, 3));
  test.after(() => setImmediate(() => process.exit(1)));
  test.run();`;

runnerSuite('reports a failed file at once, even if a process that it started keeps the output open', () => {
  const { code, output, lastLine } = run({
    'a.test.ts': failing('a', false),
    'b.test.ts': failing('b', true),
  });
  const root = folders.at(-1) ?? '';
  const [child, orphan] = ['a', 'b'].map((name) => readPids(root, name)[1] ?? 0);
  const orphanSurvived = isAlive(orphan ?? 0);
  if (orphan !== undefined && orphanSurvived) process.kill(orphan, 'SIGKILL');
  assert.ok(orphanSurvived, 'the runner waited until the detached process had ended');
  assert.not.ok(isAlive(child ?? 0));
  assert.is(lastLine, '0 passed, 2 failed');
  assert.is(code, 1);
  assert.is(output.match(/"adds"/g)?.length, 2);
  assert.not.match(output, 'timed out');
});

runnerSuite('ends a file that has a failed test and whose process does not exit', () => {
  const { code, output, lastLine } = run(
    {
      'a.test.ts': `setInterval(() => {}, 1_000); test('adds', () => assert.is(1 + 1, 3));
        test('adds well', () => assert.is(1 + 1, 2)); test.run();`,
    },
    '--timeout',
    '60',
  );
  assert.is(lastLine, '1 passed, 1 failed');
  assert.is(code, 1);
  assert.match(output, '"adds"');
  assert.not.match(output, 'timed out');
});

/** Returns a test file that hangs and starts a process, optionally in its own process group, that keeps the output open. */
const hanging = (name: string, detached: boolean) => `
  import { spawn } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  const child = spawn('sleep', ['60'], { stdio: 'inherit', detached: ${detached} });
  writeFileSync('${name}.pids', process.pid + ' ' + child.pid);
  test('hangs', () => new Promise((resolve) => setTimeout(resolve, 60_000)));
  test.run();`;

function readPids(root: string, name: string): number[] {
  const text = readFileSync(join(root, `${name}.pids`), 'utf8');
  assert.match(text, /^\d+ \d+$/);
  return text.split(' ').map(Number);
}

runnerSuite(
  'kills a hanging file with its process group and does not wait for detached processes',
  async () => {
    const { code, output, lastLine } = run(
      { 'a.test.ts': hanging('a', false), 'b.test.ts': hanging('b', true) },
      '--timeout',
      '5',
    );
    const root = folders.at(-1) ?? '';
    const [orphan = 0] = readPids(root, 'b').slice(1);
    const orphanSurvived = isAlive(orphan);
    process.kill(orphan, 'SIGKILL');
    assert.ok(orphanSurvived);
    assert.is(lastLine, '0 passed, 2 failed');
    assert.is(code, 1);
    assert.is(output.match(/timed out/g)?.length, 2);
    for (const pid of readPids(root, 'a')) await eventually(() => assert.not.ok(isAlive(pid)));
  },
);

runnerSuite('kills the running files on SIGINT', async () => {
  const root = createCheckout({ 'a.test.ts': hanging('a', false) });
  const child = spawn(process.execPath, [...typescriptArgs, runner, '--root', root], { stdio: 'ignore' });
  const pids = await eventually(() => readPids(root, 'a'));
  child.kill('SIGINT');
  assert.equal(await once(child, 'exit'), [130, null]);
  for (const pid of pids) await eventually(() => assert.not.ok(isAlive(pid)));
});

/** Returns false for a zombie: a process that has exited but has not been waited for. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX]/.test(readFileSync(file, 'utf8'));
}

runnerSuite.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

runnerSuite.run();
