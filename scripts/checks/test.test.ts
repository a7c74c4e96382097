/** The runner must never call a broken test file good: each way to break one is tried on it, in a folder of its own. */

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

/** A checkout that holds nothing but these test files. */
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

const test = suite('the test runner calls no broken file good');

test('files that pass are added up, and the exit code is 0', () => {
  const { code, output, lastLine } = run({ 'a.test.ts': passing, 'b.test.ts': passing });
  assert.is(lastLine, '2 passed, 0 failed');
  assert.is(code, 0);
  assert.match(output, /^ok {3}test\/a\.test\.ts: 1 passed/m);
});

test('a failing test is counted beside those that pass, and its words are shown', () => {
  const { code, output, lastLine } = run({
    'a.test.ts': passing,
    'b.test.ts': `test('adds', () => assert.is(1 + 1, 3)); test('adds well', () => assert.is(1 + 1, 2)); test.run();`,
  });
  assert.is(lastLine, '2 passed, 1 failed');
  assert.is(code, 1);
  assert.match(output, /^FAIL test\/b\.test\.ts: 1 passed, 1 failed/m);
  assert.match(output, '"adds"');
});

test('a skipped test is counted apart, and its file is still good', () => {
  const { code, output, lastLine } = run({
    'a.test.ts': `process.stdout.write('skipped: no clock\\n'); test.skip('waits', () => {}); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 0 failed, 1 skipped');
  assert.is(code, 0);
  assert.match(output, 'skipped: no clock');
});

test('a skipped test hides no failure', () => {
  const { code, lastLine } = run({
    'a.test.ts': `test.skip('waits', () => {}); test('fails', () => assert.unreachable()); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 1 failed, 1 skipped');
  assert.is(code, 1);
});

test('a file whose before hook throws fails, though uvu ends it with 0', () => {
  const { code, lastLine } = run({
    'a.test.ts': passing,
    'b.test.ts': `test.before(() => { throw new Error('no broker'); }); ${passing}`,
  });
  assert.is(lastLine, '1 passed, 1 failed');
  assert.is(code, 1);
});

const wait = 'await new Promise((resolve) => setTimeout(resolve, 50));';

/** Files that are broken as a whole, with what is said of each. */
const broken: Readonly<Record<string, readonly [source: string, counts: string, fault: string]>> = {
  'throws while it is loaded': [
    `throw new Error('no broker'); ${passing}`,
    '0 passed',
    'it reported no totals: its setup threw, or it never called .run()',
  ],
  'never calls .run(), for which uvu ends with 0': [
    `test('never runs', () => assert.unreachable());`,
    '0 passed',
    'it reported no totals: its setup threw, or it never called .run()',
  ],
  'runs one suite and forgets the other': [
    `const one = suite('one'); one('passes', () => {}); one.run();
     const two = suite('two'); two('fails', () => assert.unreachable());`,
    '1 passed',
    'it makes 2 suites but calls .run() 1 times',
  ],
  'holds no test': ['test.run();', '0 passed', 'it holds no test'],
  'ends in the middle of a test': [
    `test('never settles', () => new Promise(() => {})); test.run();`,
    '0 passed',
    'it reported no totals: its setup threw, or it never called .run()',
  ],
  'passes and then ends with another code': [
    `${passing} process.on('exit', () => { process.exitCode = 3; });`,
    '1 passed',
    'its tests passed, but it ended with code 3',
  ],
};
const nameOf = (index: number) => `${index}.test.ts`;
const ofBroken = run(
  Object.fromEntries(Object.values(broken).map(([source], index) => [nameOf(index), source])),
);

for (const [index, [what, [, counts, fault]]] of Object.entries(broken).entries()) {
  test(`a file that ${what} fails`, () => {
    const lines = ofBroken.output.split('\n');
    const at = lines.findIndex((line) => line.startsWith(`FAIL test/${nameOf(index)}: ${counts} (`));
    assert.is(lines[at + 1]?.trim(), fault);
  });
}

test('each file that is broken as a whole counts as one failure', () => {
  assert.is(ofBroken.lastLine, '2 passed, 6 failed');
  assert.is(ofBroken.code, 1);
  assert.match(ofBroken.output, 'no broker');
});

test('suites that run one after the other, with a wait between, are all counted', () => {
  const { code, lastLine } = run({
    'a.test.ts': `${passing} ${wait} test('fails', () => assert.unreachable()); test.run(); ${wait} ${passing}`,
  });
  assert.is(lastLine, '2 passed, 1 failed');
  assert.is(code, 1);
});

test('no file at all is a failure', () => {
  const { code, lastLine } = run({ 'a.test.ts': passing }, 'no-such-part');
  assert.is(lastLine, '0 passed, 0 failed');
  assert.is(code, 1);
});

test('only the files that are asked for run', () => {
  const files = { 'a.test.ts': passing, 'b.test.ts': 'test.run();' };
  const { code, lastLine } = run(files, 'test/a');
  assert.is(lastLine, '1 passed, 0 failed');
  assert.is(code, 0);
});

/** Starts a process that keeps the file's output open, in a group of its own or not, and then never ends. */
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

test('a file that hangs is ended with everything that it started, and one that left its group holds nobody up', async () => {
  const { code, output, lastLine } = run(
    { 'a.test.ts': hanging('a', false), 'b.test.ts': hanging('b', true) },
    '--timeout',
    '5',
  );
  const root = folders.at(-1) ?? '';
  const [orphan = 0] = readPids(root, 'b').slice(1);
  const outlived = isAlive(orphan);
  process.kill(orphan, 'SIGKILL');
  assert.ok(outlived);
  assert.is(lastLine, '0 passed, 2 failed');
  assert.is(code, 1);
  assert.is(output.match(/it did not end in time/g)?.length, 2);
  for (const pid of readPids(root, 'a')) await eventually(() => assert.not.ok(isAlive(pid)));
});

test('a runner that is told to stop takes the files that run with it', async () => {
  const root = createCheckout({ 'a.test.ts': hanging('a', false) });
  const child = spawn(process.execPath, [...typescriptArgs, runner, '--root', root], { stdio: 'ignore' });
  const pids = await eventually(() => readPids(root, 'a'));
  child.kill('SIGINT');
  assert.equal(await once(child, 'exit'), [130, null]);
  for (const pid of pids) await eventually(() => assert.not.ok(isAlive(pid)));
});

/** A process that has ended but is not yet waited for counts as gone. */
function isAlive(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX]/.test(readFileSync(file, 'utf8'));
}

test.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test.run();
