/**
 * `npm test`: runs every test file in a process of its own and adds up what they report.
 *
 * uvu has traps that would let a broken file pass: a setup that throws exits with 0, and so does a file that never
 * calls `.run()`. So a file counts as failed unless its totals say that it ran at least one test, and that every test
 * it registered passed or was skipped.
 */

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

const help = `npm test [-- [--jobs N] [--timeout SECONDS] [PART …]]

Runs every *.test.ts whose path holds one of the PARTs (all without any).
  --jobs N            how many files run at once; default 2
  --timeout SECONDS   after which a file counts as hanging; default 300
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

function findTestFiles(parts: readonly string[]): string[] {
  return ['src', 'scripts', 'test']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
    )
    .filter(
      (file) =>
        file.endsWith('.test.ts') && (parts.length === 0 || parts.some((part) => file.includes(part))),
    )
    .toSorted();
}

function runFile(file: string, timeoutMs: number): Promise<Result> {
  const started = performance.now();
  // A group of its own, so that a file that hangs takes everything it started with it.
  const child = spawn(process.execPath, ['--import', 'tsx', resolve(root, file)], {
    cwd: root,
    detached: true,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, timeoutMs);
  return new Promise((done) => {
    child.once('close', (code) => {
      clearTimeout(timer);
      const seconds = (performance.now() - started) / 1000;
      done({ file, ...readTotals(output, code, hangs), output, seconds });
    });
  });
}

function readTotals(output: string, code: number | null, hangs: boolean) {
  const read = (label: string) =>
    Number(new RegExp(`^\\s+${label}:\\s+(\\d+)`, 'm').exec(output)?.[1] ?? Number.NaN);
  const [total, passed, skipped] = [read('Total'), read('Passed'), read('Skipped')];
  const complete = Number.isInteger(total) && Number.isInteger(passed) && Number.isInteger(skipped);
  const failed = complete ? total - passed - skipped : 0;
  const fault = hangs
    ? 'it did not end in time'
    : !complete
      ? 'it reported no totals: its setup threw, or it never called .run()'
      : total === 0
        ? 'it holds no test'
        : failed === 0 && code !== 0
          ? `its tests passed, but it ended with code ${code}`
          : undefined;
  return complete ? { passed, failed, skipped, fault } : { passed: 0, failed: 0, skipped: 0, fault };
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
      jobs: { type: 'string', default: '2' },
      timeout: { type: 'string', default: '300' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const waiting = findTestFiles(positionals);
  const results: Result[] = [];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file, Number(values.timeout) * 1000);
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
