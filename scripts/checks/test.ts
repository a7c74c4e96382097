/**
 * `npm test`: runs each test file in its own process and adds up the totals.
 *
 * uvu exits with 0 if a setup throws or if a file never calls `.run()`. A file therefore passes only if its totals show at
 * least one test and no failure, and if it runs as many suites as it creates.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { typescriptArgs } from '../typescript-args.ts';
import { findFault, readTotals, type Totals } from './totals.ts';

const help = `npm test [-- [--jobs N] [--timeout SECONDS] [--root FOLDER] [PART …]]

Runs every *.test.ts file whose path contains one of the PARTs (default: all).
  --jobs N            number of files that run at the same time; default 3 (many files mostly wait for I/O)
  --timeout SECONDS   timeout of a file; default 300
  --root FOLDER       folder that contains src, scripts and test; default: this checkout
`;

type Result = Totals & {
  readonly file: string;
  /** Reason why the file failed as a whole, independent of its tests. */
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
        // The peers of the benchmarks have dependencies that contain tests.
        !file.includes('node_modules') &&
        // Tests of the packages that `portside new` creates.
        !file.startsWith(join('src', 'kit', 'templates')) &&
        !file.startsWith(join('src', 'kit', 'dist')) &&
        (parts.length === 0 || parts.some((part) => file.includes(part))),
    )
    .toSorted();
}

/** Time for reading the rest of the output after the process of a file has failed, in ms. */
const outputGraceMs = 1_000;
/**
 * Time without output, in ms, after which a file with a failed test is killed. What the test did not close may keep its
 * process alive; further suites print their progress.
 */
const silenceMs = 10_000;

function runFile(root: string, file: string, timeoutMs: number): Promise<Result> {
  const started = performance.now();
  // A separate process group, so that a hanging file can be killed with all its child processes.
  const child = spawn(process.execPath, [...typescriptArgs, resolve(root, file)], {
    cwd: root,
    detached: true,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  let timedOut = false;
  let silenceTimer: NodeJS.Timeout | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      clearTimeout(silenceTimer);
      if ((readTotals(output)?.failed ?? 0) > 0) silenceTimer = setTimeout(() => killGroup(child), silenceMs);
    });
  const closeOutput = () => {
    // A process that left the group may keep these open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  let outputTimer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
    closeOutput();
  }, timeoutMs);
  // The child processes of a file that failed may run on and keep its output open.
  child.once('exit', (code) => {
    if (code === 0) return;
    killGroup(child);
    outputTimer = setTimeout(closeOutput, outputGraceMs);
  });
  return new Promise((done) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      clearTimeout(outputTimer);
      clearTimeout(silenceTimer);
      running.delete(child);
      const totals = readTotals(output);
      const fault = timedOut ? 'timed out' : (findUnrunSuite(resolve(root, file)) ?? findFault(totals, code));
      const seconds = (performance.now() - started) / 1000;
      done({ file, ...(totals ?? { passed: 0, failed: 0, skipped: 0 }), fault, output, seconds });
    });
  });
}

/** Processes of the running files; they are killed when this process is terminated. */
const running = new Set<ChildProcess>();

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no processes left.
  }
}

/** uvu does not report a suite that is never run if another suite of the file is. */
function findUnrunSuite(path: string): string | undefined {
  const source = readFileSync(path, 'utf8');
  const [created, run] = [/= suite[(<]/g, /\.run\(\)/g].map((pattern) => source.match(pattern)?.length ?? 0);
  return created !== undefined && run !== undefined && created > run
    ? `creates ${created} suites but calls .run() ${run} times`
    : undefined;
}

function report({ file, passed, failed, skipped, fault, output, seconds }: Result): void {
  const isPassed = failed === 0 && fault === undefined;
  const counts = [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`];
  process.stdout.write(
    `${isPassed ? 'ok  ' : 'FAIL'} ${file}: ${counts.filter(Boolean).join(', ')} (${seconds.toFixed(1)} s)\n`,
  );
  if (fault !== undefined) process.stdout.write(`     ${fault}\n`);
  // The output of a file with skipped tests contains the reason.
  if (!isPassed || skipped > 0) process.stdout.write(`${output.trimEnd().replaceAll(/^/gm, '     ')}\n`);
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
  // A file that fails as a whole counts as one failed test.
  const failed = sum((result) => result.failed) + results.filter(({ fault }) => fault !== undefined).length;
  const passed = sum((result) => result.passed);
  const skipped = sum((result) => result.skipped);
  if (passed + failed === 0) process.stdout.write('no tests were run\n');
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

await main();
