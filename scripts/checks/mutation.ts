/** `npm run test:mutation`: changes the pure sources in small ways and checks that a test fails for each change. */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { installDependencies } from '../setup/dependencies.mjs';
import { createProgress } from '../setup/progress.mjs';
import { UsageError } from './fault-arguments.ts';
import { readReviewed } from './mutation/reviewed.ts';
import { describeReport, scoreOf, threshold, type Report } from './mutation/score.ts';
import { findMutatedFiles, findTests, mutatedPaths } from './mutation/scope.ts';

const help = `npm run test:mutation [-- [--jobs N] [PATH …]]

Changes the pure sources, one small change (a mutant) at a time, and runs the tests that execute the changed code and need no
broker. A mutant is detected if a test fails or no longer ends. Prints the mutants that no test detects and that are not in
scripts/checks/mutation/reviewed.json, and the mutation score: the part that is detected. Exit code: 1 if the score is below
${threshold} %, or if a test fails without a mutant.
  PATH       a file or folder to mutate; several are allowed; default:
${mutatedPaths.map((path) => `               ${path}`).join('\n')}
  --jobs N   number of mutants that are tested at the same time; default: one per processor
  --help     show this text

StrykerJS generates the mutants. The first run installs it in scripts/checks/mutation. The mutants are tested in a copy of the
sources in a temporary folder.
`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const strykerFolder = fileURLToPath(new URL('mutation', import.meta.url));

try {
  const { values, positionals } = parse();
  if (values.help) process.stdout.write(help);
  else process.exitCode = await main(positionals, Number(values.jobs));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        jobs: { type: 'string', default: String(availableParallelism()) },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Returns the exit code. */
async function main(paths: readonly string[], jobs: number): Promise<number> {
  if (!(Number.isInteger(jobs) && jobs > 0)) throw new UsageError('--jobs must be a positive integer');
  const mutate = findMutatedFiles(root, paths);
  await installDependencies({
    progress: createProgress(process.stderr),
    root: strykerFolder,
    title: 'StrykerJS',
  });
  const tests = await findTests(root, mutate);
  process.stdout.write(`${mutate.length} files, ${tests.length} test files\n`);
  const folder = mkdtempSync(join(tmpdir(), 'portside-mutation-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const report = join(folder, 'report.json');
  const config = join(folder, 'stryker.json');
  writeFileSync(config, JSON.stringify(configure({ mutate, tests, jobs, folder, report })));
  const code = await runStryker(config);
  if (code !== 0) return code;
  const result: Report = JSON.parse(readFileSync(report, 'utf8'));
  process.stdout.write(describeReport(result, readReviewed()));
  return scoreOf(Object.values(result.files).flatMap(({ mutants }) => mutants)) < threshold ? 1 : 0;
}

type Run = {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
  readonly jobs: number;
  readonly folder: string;
  readonly report: string;
};

function configure({ mutate, tests, jobs, folder, report }: Run) {
  return {
    mutate,
    testRunner: 'uvu',
    plugins: [join(strykerFolder, 'uvu-runner.ts')],
    testRunnerNodeArgs: ['--import', 'tsx'],
    checkerNodeArgs: ['--import', 'tsx'],
    uvu: { tests },
    coverageAnalysis: 'perTest',
    concurrency: jobs,
    // The test runner has time limits of its own.
    timeoutMS: 600_000,
    tempDirName: join(folder, 'sandboxes'),
    ignorePatterns: [
      '/*',
      '!/src',
      '!/test',
      '!/scripts',
      '!/streams',
      '!/package.json',
      'node_modules',
      'dist',
    ],
    // StrykerJS would read this file with the compiler API, which TypeScript 7 does not have. The tests do not need it.
    tsconfigFile: 'none',
    disableTypeChecks: false,
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
    allowConsoleColors: false,
    logLevel: 'warn',
  };
}

/** Runs StrykerJS and returns its exit code. It is terminated with this process, and removes its files. */
function runStryker(config: string): Promise<number> {
  const stryker = join(strykerFolder, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const child = spawn(process.execPath, ['--import', 'tsx', stryker, 'run', config], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const terminate = () => child.kill('SIGTERM');
  process.on('SIGINT', terminate);
  process.on('SIGTERM', terminate);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', terminate);
      process.off('SIGTERM', terminate);
      resolve(code ?? 1);
    });
  });
}
