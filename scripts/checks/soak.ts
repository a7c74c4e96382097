/** `npm run test:soak`: runs the fault scenarios round-robin for a given time and prints a summary. */

import { setTimeout as sleep } from 'node:timers/promises';
import { runScenario } from '../../test/support/faults/scenario.ts';
import { UsageError, type FaultArguments } from './fault-arguments.ts';
import { help, readArguments } from './soak/arguments.ts';
import { createScore } from './soak/score.ts';
import { scenarios, scenarioTimeoutMs, type SoakScenario } from './soak/scenarios.ts';

/** Time to close all resources after Ctrl-C, in ms. */
const closeTimeoutMs = 15_000;

async function soak({ minutes, seed, names }: FaultArguments): Promise<number> {
  const started = Date.now();
  const until = started + minutes * 60_000;
  const score = createScore(names);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
  const print = (line: string) => process.stdout.write(`${clock(Date.now() - started)}  ${line}\n`);

  async function runOnce(name: string, { scenario, rounds }: SoakScenario, turn: number): Promise<void> {
    const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(scenarioTimeoutMs)]);
    const report = (line: string) => print(`${name}: ${line}`);
    try {
      const result = await runScenario(scenario, { rounds, seed: seed + turn, report }, signal);
      score.add(name, result);
      for (const complaint of result.complaints) print(`${name}: INCONSISTENT: ${complaint}`);
    } catch (error) {
      if (interrupted.signal.aborted) return;
      score.fail(name);
      print(`${name}: FAILED (seed ${seed + turn}): ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  print(`${names.length} scenarios for ${minutes} minutes, seed ${seed}`);
  const closeTimeout = new Promise((resolve) =>
    interrupted.signal.addEventListener('abort', () => resolve(sleep(closeTimeoutMs))),
  );
  for (let turn = 0; Date.now() < until && !interrupted.signal.aborted; turn++) {
    const name = names[turn % names.length] ?? '';
    const selected = scenarios[name];
    if (selected === undefined) throw new RangeError(`unknown scenario ${name}`);
    await Promise.race([runOnce(name, selected, turn), closeTimeout]);
  }
  process.stdout.write(`\n${score.table()}\n`);
  if (!score.isClean()) return 1;
  return interrupted.signal.aborted ? 130 : 0;
}

/** Formats minutes and seconds, for example `02:17`. */
function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

try {
  const parsed = readArguments(process.argv.slice(2));
  if (parsed === 'help') process.stdout.write(help);
  // All child processes exit with this process.
  else process.exit(await soak(parsed));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
