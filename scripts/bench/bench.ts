/** `npm run bench`: compares Portside with its peers and stores the results in scripts/bench/. */

import { fileURLToPath } from 'node:url';
import { help, readArguments, UsageError, type BenchArguments } from './arguments.ts';
import { createResourceScope, type ResourceScope } from './child-processes.ts';
import { measure } from './measure.ts';
import { profilerArgs } from './report/profile.ts';
import { renderResults } from './report/results-page.ts';
import { storeResult, writeReports } from './report/store.ts';
import type { Result } from './report/result.ts';
import { scenarios } from './scenarios.ts';
import { buildServices, thisCheckout } from './subjects/checkout.ts';

const defaultOutput = fileURLToPath(new URL('.', import.meta.url));

/** Environment variable with the folder to which every replica writes a CPU profile on exit. */
const profileFolder = process.env['BENCH_CPU_PROF'];

/** Returns false if a scenario failed. */
async function bench(args: BenchArguments, scope: ResourceScope): Promise<boolean> {
  const { output } = args;
  if (args.isReportOnly) {
    await writeReports(output ?? defaultOutput, scenarios);
    return true;
  }
  const { results, isComplete } = await measureAll(args, scope);
  if (output === undefined) process.stdout.write(renderResults(pickScenarios(args.names), results));
  return isComplete;
}

async function measureAll({ names, output, ...args }: BenchArguments, scope: ResourceScope) {
  const checkout = thisCheckout(profileFolder ? profilerArgs('cpu', profileFolder) : []);
  await buildServices(checkout);
  const results = new Map<string, Result>();
  let isComplete = true;
  for (const [name, scenario] of Object.entries(pickScenarios(names))) {
    try {
      const result = await measure(name, scenario, { ...args, scope, report, checkouts: [checkout] });
      results.set(name, result);
      // After each scenario, so that a later failure does not lose earlier results.
      if (output !== undefined) {
        await storeResult(output, result);
        await writeReports(output, scenarios);
      }
    } catch (error) {
      if (scope.isClosed) break;
      isComplete = false;
      report(`${name} FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return { results, isComplete };
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
  const args = readArguments(process.argv.slice(2), defaultOutput);
  if (args === 'help') process.stdout.write(help);
  else {
    const succeeded = await bench(args, scope);
    await scope.close();
    // All child processes have been stopped. An open connection must not keep this process running.
    process.exit(succeeded ? 0 : 1);
  }
} catch (error) {
  await scope.close();
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
