/**
 * `npm test`: runs every test file in a process of its own and adds up what they report.
 *
 * uvu has traps that would let a broken file pass: a setup that throws exits with 0, and so does a file that never
 * calls `.run()`. So a file counts as failed unless its totals say that it ran at least one test and that every test
 * passed, and unless it runs as many suites as it makes.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { typescriptArgs } from '../typescript-args.ts';

const help = `npm test [-- [--jobs N] [--timeout SECONDS] [--root FOLDER] [PART …]]

Runs every *.test.ts whose path holds one of the PARTs (all without any).
  --jobs N            how many files run at once; default 3: many of them wait most of the time
  --timeout SECONDS   after which a file counts as hanging; default 300
  --root FOLDER       where src, scripts and test are looked for; default: this checkout
`;

type Result = {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why the file as a whole failed, beyond its tests. */
  readonly fault: string | undefined;
  readonly output: string;
  readonly seconds: number;
};

function findTestFiles(root: string, parts: readonly string[]): string[] {
  return ['src', 'scripts', 'test']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
    )
    .filter(
      (file) =>
        file.endsWith('.test.ts') &&
        // The bench's peers have dependencies of their own, with their own tests.
        !file.includes('node_modules') &&
        (parts.length === 0 || parts.some((part) => file.includes(part))),
    )
    .toSorted();
}

function runFile(root: string, file: string, timeoutMs: number): Promise<Result> {
  const started = performance.now();
  // A group of its own, so that a file that hangs takes everything it started with it.
  const child = spawn(process.execPath, [...typescriptArgs, resolve(root, file)], {
    cwd: root,
    detached: true,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    killGroup(child);
    // A process that left the group may hold these open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  }, timeoutMs);
  return new Promise((done) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      running.delete(child);
      const totals = readTotals(output);
      const fault = hangs
        ? 'it did not end in time'
        : (findUnrunSuite(resolve(root, file)) ?? findFault(totals, code));
      const seconds = (performance.now() - started) / 1000;
      done({ file, ...(totals ?? { passed: 0, failed: 0, skipped: 0 }), fault, output, seconds });
    });
  });
}

/** The files that run at the moment; they end with this process. */
const running = new Set<ChildProcess>();

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

type Totals = Pick<Result, 'passed' | 'failed' | 'skipped'>;

/** What uvu printed last of all, once for every time that it ran; its total leaves out what was skipped. */
function readTotals(output: string): Totals | undefined {
  const read = (label: string) =>
    Array.from(output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, 'gm')), ([, count]) => Number(count));
  const add = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const totals = read('Total');
  if (totals.length === 0) return undefined;
  const passed = add(read('Passed'));
  return { passed, failed: add(totals) - passed, skipped: add(read('Skipped')) };
}

function findFault(totals: Totals | undefined, code: number | null): string | undefined {
  if (totals === undefined) return 'it reported no totals: its setup threw, or it never called .run()';
  const { passed, failed, skipped } = totals;
  if (passed + failed + skipped === 0) return 'it holds no test';
  return failed === 0 && code !== 0 ? `its tests passed, but it ended with code ${code}` : undefined;
}

/** uvu says nothing of a suite that is never run when another one of the file is. */
function findUnrunSuite(path: string): string | undefined {
  const source = readFileSync(path, 'utf8');
  const [made, run] = [/= suite[(<]/g, /\.run\(\)/g].map((pattern) => source.match(pattern)?.length ?? 0);
  return made !== undefined && run !== undefined && made > run
    ? `it makes ${made} suites but calls .run() ${run} times`
    : undefined;
}

function report({ file, passed, failed, skipped, fault, output, seconds }: Result): void {
  const good = failed === 0 && fault === undefined;
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  process.stdout.write(
    `${good ? 'ok  ' : 'FAIL'} ${file}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)\n`,
  );
  if (fault !== undefined) process.stdout.write(`     ${fault}\n`);
  // What is skipped is said aloud, with the reason that the file printed.
  if (!good || skipped > 0) process.stdout.write(`${output.trimEnd().replaceAll(/^/gm, '     ')}\n`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      jobs: { type: 'string', default: '3' },
      timeout: { type: 'string', default: '300' },
      root: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      for (const child of running) killGroup(child);
      process.exit(code);
    });
  }
  const root = resolve(values.root);
  const waiting = findTestFiles(root, positionals);
  const results: Result[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(root, file, Number(values.timeout) * 1000);
      report(result);
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));

  const sum = (count: (result: Result) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  // A file that is broken as a whole counts as one failed test.
  const failed = sum((result) => result.failed) + results.filter(({ fault }) => fault !== undefined).length;
  const passed = sum((result) => result.passed);
  const skipped = sum((result) => result.skipped);
  if (passed + failed === 0) process.stdout.write('no test was run\n');
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

await main();
