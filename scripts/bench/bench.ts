/** `npm run bench`: compares Portside with its peers and stores the results in scripts/bench/. */

import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { help, readArguments, UsageError, type BenchArguments } from './arguments.ts';
import { createResourceScope, type ResourceScope } from './child-processes.ts';
import { describeMachine, describeVersions, readLoad } from './report/machine.ts';
import { buildServices, profileFolderVariable } from './subjects/portside.ts';
import { readShares } from './report/profile.ts';
import { renderResults } from './report/render.ts';
import { Result, type Share } from './report/result.ts';
import { scenarios } from './scenarios.ts';

const defaultOutput = fileURLToPath(new URL('.', import.meta.url));

/** Runs the scenarios. Returns the names of those that failed. */
async function bench(args: BenchArguments): Promise<string[]> {
  if (!args.isReportOnly) await buildServices();
  const measured: Result[] = [];
  const failed: string[] = [];
  for (const name of args.isReportOnly ? [] : args.names) {
    try {
      const result = await measure(name, args);
      measured.push(result);
      if (args.output !== undefined) await store(args.output, result);
    } catch (error) {
      failed.push(name);
      report(`${name} FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    }
    // After each scenario, so that a later failure does not lose earlier results.
    if (args.output !== undefined) await writeReport(args.output);
  }
  if (args.output === undefined) process.stdout.write(renderResults(measured));
  else if (args.isReportOnly) await writeReport(args.output);
  return failed;
}

async function measure(name: string, { rounds, seconds, scale }: BenchArguments): Promise<Result> {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new RangeError(`unknown scenario ${name}`);
  const { title, about, run, isProfiled = false } = scenario;
  report(`${name}: ${title}`);
  const before = readLoad();
  const started = new Date();
  const scope = createResourceScope();
  const handleSignal = () => void scope.close().finally(() => process.exit(130));
  process.once('SIGINT', handleSignal).once('SIGTERM', handleSignal);
  try {
    const size = (full: number) => Math.max(10, Math.round(full * scale));
    const work = { scope, rounds, seconds, size, report };
    const { measures, targets = [], notes = [] } = await run(work);
    const load = { before, after: readLoad() };
    const profile = isProfiled
      ? await withProfiler((inner) => run({ ...work, scope: inner, rounds: 0 }))
      : undefined;
    return Result.parse({
      scenario: name,
      title,
      about,
      command: `npm run bench -- ${name}`,
      started: started.toISOString(),
      seconds: (Date.now() - started.getTime()) / 1000,
      rounds,
      scale,
      machine: describeMachine(),
      versions: await describeVersions(),
      load,
      measures,
      targets,
      notes,
      profile,
    });
  } finally {
    process.off('SIGINT', handleSignal).off('SIGTERM', handleSignal);
    await scope.close();
  }
}

/** Profiles every replica that `run` starts. Returns the share of CPU time of each component. */
async function withProfiler(run: (scope: ResourceScope) => Promise<unknown>): Promise<Share[]> {
  report('additional round with a profiler');
  const outer = createResourceScope();
  const earlier = process.env[profileFolderVariable];
  try {
    const folder = await outer.makeFolder();
    // Only for the replicas of this round; a value set by the user applies to all others.
    process.env[profileFolderVariable] = folder;
    const inner = createResourceScope();
    try {
      await run(inner);
    } finally {
      // Each replica writes its profile on exit.
      await inner.close();
    }
    return await readShares(folder);
  } finally {
    if (earlier === undefined) delete process.env[profileFolderVariable];
    else process.env[profileFolderVariable] = earlier;
    await outer.close();
  }
}

async function store(output: string, result: Result): Promise<void> {
  await mkdir(join(output, 'results'), { recursive: true });
  await writeFile(resultFile(output, result.scenario), `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Writes a report of all stored results, including those of earlier runs. */
async function writeReport(output: string): Promise<void> {
  const files = Object.keys(scenarios)
    .map((name) => resultFile(output, name))
    .filter(existsSync);
  const results = await Promise.all(
    files.map(async (file) => Result.parse(JSON.parse(await readFile(file, 'utf8')))),
  );
  await writeFile(join(output, 'RESULTS.md'), renderResults(results));
}

function resultFile(output: string, scenario: string): string {
  return join(output, 'results', `${scenario}.json`);
}

function report(line: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${line}\n`);
}

try {
  const args = readArguments(process.argv.slice(2), defaultOutput);
  if (args === 'help') process.stdout.write(help);
  else {
    const failed = await bench(args);
    // All child processes have been stopped. An open connection must not keep this process running.
    process.exit(failed.length === 0 ? 0 : 1);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
