/** `npm run bench`: compares Portside with its peers and stores the results in scripts/bench/. */

import { fileURLToPath } from 'node:url';
import { help, readArguments, UsageError, type BenchArguments } from './arguments.ts';
import { createResourceScope, type ResourceScope } from './child-processes.ts';
import { measure } from './measure.ts';
import { checkResult, isPassed, renderChecks } from './report/check.ts';
import { renderComparison } from './report/compare-page.ts';
import { profilerArgs } from './report/profile.ts';
import { renderResults } from './report/results-page.ts';
import { readResults, storeResult, writeReports } from './report/store.ts';
import type { Result } from './report/result.ts';
import { scenarios } from './scenarios.ts';
import {
  addWorktree,
  buildServices,
  thisCheckout,
  withNodeArgs,
  type Checkout,
} from './subjects/checkout.ts';

const defaultFolder = fileURLToPath(new URL('.', import.meta.url));

/** Environment variable with the folder to which every replica writes a CPU profile on exit. */
const profileFolder = process.env['BENCH_CPU_PROF'];

/** Returns false if a scenario or the check failed. */
async function bench(args: BenchArguments, scope: ResourceScope): Promise<boolean> {
  const { mode, folder, isStored } = args;
  if (mode === 'report') {
    await writeReports(folder, scenarios);
    return true;
  }
  const checkouts = await prepareCheckouts(args, scope);
  const { results, isComplete } = await measureAll(args, scope, checkouts);
  if (mode === 'check') return (await check(folder, results)) && isComplete;
  const [, other] = checkouts;
  if (other !== undefined) process.stdout.write(renderComparison(results.values(), other.suffix));
  else if (!isStored) process.stdout.write(renderResults(pickScenarios([...results.keys()]), results));
  return isComplete;
}

async function prepareCheckouts(
  { commit, nodeArgs }: BenchArguments,
  scope: ResourceScope,
): Promise<Checkout[]> {
  const checkout = thisCheckout(profileFolder ? profilerArgs('cpu', profileFolder) : []);
  await buildServices(checkout);
  if (nodeArgs !== undefined) return [checkout, withNodeArgs(checkout, nodeArgs)];
  if (commit === undefined) return [checkout];
  report(`checking out and compiling ${commit}`);
  return [checkout, await addWorktree(scope, fileURLToPath(checkout.root), commit)];
}

async function measureAll(
  { names, folder, isStored, ...args }: BenchArguments,
  scope: ResourceScope,
  checkouts: readonly Checkout[],
) {
  const results = new Map<string, Result>();
  let isComplete = true;
  for (const [name, scenario] of Object.entries(pickScenarios(names))) {
    try {
      const result = await measure(name, scenario, { ...args, scope, report, checkouts });
      results.set(name, result);
      if (!isStored) continue;
      // After each scenario, so that a later failure does not lose earlier results.
      await storeResult(folder, result);
      await writeReports(folder, scenarios);
    } catch (error) {
      if (scope.isClosed) throw error;
      isComplete = false;
      report(`${name} FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { results, isComplete };
}

/** Prints the comparison with the stored results. Returns true if the check passed. */
async function check(folder: string, results: ReadonlyMap<string, Result>): Promise<boolean> {
  const kept = await readResults(folder, [...results.keys()]);
  const checks = [...results].flatMap(([name, result]) =>
    checkResult(scenarios[name]?.comparisons ?? [], result, kept.get(name)),
  );
  process.stdout.write(renderChecks(checks));
  return isPassed(checks);
}

const pickScenarios = (names: readonly string[]) =>
  Object.fromEntries(Object.entries(scenarios).filter(([name]) => names.includes(name)));

function report(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

const scope = createResourceScope();
const handleSignal = () => void scope.close().finally(() => process.exit(130));
process.once('SIGINT', handleSignal).once('SIGTERM', handleSignal);
try {
  const args = readArguments(process.argv.slice(2), defaultFolder);
  if (args === 'help') process.stdout.write(help);
  else {
    const succeeded = await bench(args, scope);
    await scope.close();
    // All child processes have been stopped. An open connection must not keep this process running.
    process.exit(succeeded ? 0 : 1);
  }
} catch (error) {
  const isInterrupted = scope.isClosed;
  await scope.close();
  if (isInterrupted) process.exit(130);
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
