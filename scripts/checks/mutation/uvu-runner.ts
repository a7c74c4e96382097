/** StrykerJS test runner for uvu. Each test file is one test, and runs in its own process. */

import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { basename, extname, dirname, join, relative } from 'node:path';
import { findFault, readTotals } from '../totals.ts';
import { bundle, bundlePath } from './bundle.ts';
import type { DryRunResult, Executions, MutantRunOptions, MutantRunResult, TestRunner } from './stryker.ts';

/** Time limit of a test file without a mutant, and the slack of one with a mutant, in ms. */
const dryRunLimitMs = 60_000;
const slackMs = 3_000;
/** A mutant that makes a test file this much slower counts as an endless loop. */
const slowdown = 3;

const recorder = new URL('record-coverage.mjs', import.meta.url).href;

/** The option that `mutation.ts` passes: the test files. */
type Options = { readonly uvu: { readonly tests: readonly string[] } };

export const strykerValidationSchema = {
  properties: {
    uvu: { type: 'object', properties: { tests: { type: 'array', items: { type: 'string' } } } },
  },
};

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'uvu', factory: Object.assign(createRunner, { inject: ['options'] }) },
];

function createRunner({ uvu: { tests } }: Options): TestRunner {
  const sandbox = process.cwd();
  let bundles = '';
  /** Duration of each test file without a mutant, in ms. */
  let durations: Readonly<Record<string, number>> = {};

  const run = (
    test: string,
    timeout: number,
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ) => runFile([...args, bundlePath(bundles, test)], timeout, env);

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    async init() {
      bundles = await mkdtemp(join(sandbox, 'bundles-'));
      await bundle(sandbox, tests, bundles);
    },

    async dryRun(): Promise<DryRunResult> {
      const perTest: Record<string, Executions> = {};
      const spent: Record<string, number> = {};
      for (const test of tests) {
        const coverage = join(bundles, 'coverage.json');
        const result = await run(test, dryRunLimitMs, { PORTSIDE_MUTANT_COVERAGE: coverage }, [
          '--import',
          recorder,
        ]);
        if (result.failure !== undefined)
          return { status: 'error', errorMessage: `${test}: ${result.failure}` };
        perTest[test] = JSON.parse(await readFile(coverage, 'utf8'));
        spent[test] = result.ms;
      }
      durations = spent;
      return {
        status: 'complete',
        tests: tests.map((id) => ({ id, name: id, status: 0, timeSpentMs: spent[id] ?? 0 })),
        mutantCoverage: { static: {}, perTest },
      };
    },

    async mutantRun({
      activeMutant,
      sandboxFileName,
      testFilter = tests,
    }: MutantRunOptions): Promise<MutantRunResult> {
      const ordered = orderTests(testFilter, relative(sandbox, sandboxFileName), durations);
      for (const test of ordered) {
        const limit = (durations[test] ?? slackMs) * slowdown + slackMs;
        const result = await run(test, limit, { __STRYKER_ACTIVE_MUTANT__: activeMutant.id });
        if (result.failure === 'timed out') return { status: 'timeout', reason: test };
        if (result.failure !== undefined)
          return { status: 'killed', killedBy: [test], failureMessage: result.failure, nrOfTests: 1 };
      }
      return { status: 'survived', nrOfTests: ordered.length };
    },
  };
}

/** Sorts test files so that the one that probably detects the mutant is first: that of the mutated file, its neighbours, fast ones. */
function orderTests(
  tests: readonly string[],
  mutated: string,
  durations: Readonly<Record<string, number>>,
): string[] {
  const rank = (test: string) => {
    if (basename(test, '.test.ts').startsWith(basename(mutated, extname(mutated)))) return 0;
    return dirname(test) === dirname(mutated) ? 1 : 2;
  };
  return tests.toSorted((a, b) => rank(a) - rank(b) || (durations[a] ?? 0) - (durations[b] ?? 0));
}

/** Runs a bundle. Returns its duration, and why it failed, if it did. */
function runFile(
  args: readonly string[],
  timeout: number,
  env: Readonly<Record<string, string>>,
): Promise<{ ms: number; failure: string | undefined }> {
  const started = performance.now();
  return new Promise((resolve) => {
    const options = {
      timeout,
      killSignal: 'SIGKILL',
      env: { ...process.env, NO_COLOR: '1', ...env },
    } as const;
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const ms = performance.now() - started;
      const totals = readTotals(stdout);
      const code = error === null ? 0 : 1;
      const isPassed = totals?.failed === 0 && findFault(totals, code) === undefined;
      const failure = error?.killed
        ? 'timed out'
        : isPassed
          ? undefined
          : `${stdout}${stderr}`.trim() || 'no output';
      resolve({ ms, failure });
    });
  });
}
