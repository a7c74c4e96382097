/** `npm run test:soak`: the fault scenarios of the tests, round robin, for as long as asked; in the end it says what it cost. */

import { setTimeout as sleep } from 'node:timers/promises';
import { runScenario } from '../../test/support/faults/scenario.ts';
import { help, readArguments, UsageError, type SoakArguments } from './soak/arguments.ts';
import { createScore } from './soak/score.ts';
import { scenarios, turnTimeoutMs, type Turn } from './soak/turns.ts';

/** Milliseconds that closing may take after Ctrl-C. */
const closeTimeoutMs = 15_000;

async function soak({ minutes, seed, names }: SoakArguments): Promise<number> {
  const started = Date.now();
  const until = started + minutes * 60_000;
  const score = createScore(names);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
  const print = (line: string) => process.stdout.write(`${clock(Date.now() - started)}  ${line}\n`);

  async function take(name: string, { scenario, rounds }: Turn, turn: number): Promise<void> {
    const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(turnTimeoutMs)]);
    const report = (line: string) => print(`${name}: ${line}`);
    try {
      const result = await runScenario(scenario, { rounds, seed: seed + turn, report }, signal);
      score.add(name, result);
      for (const complaint of result.complaints) print(`${name}: WRONG: ${complaint}`);
    } catch (error) {
      if (interrupted.signal.aborted) return;
      score.fail(name);
      print(`${name}: FAILED (seed ${seed + turn}): ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  print(`${names.length} scenarios for ${minutes} minutes, seed ${seed}`);
  const late = new Promise((resolve) =>
    interrupted.signal.addEventListener('abort', () => resolve(sleep(closeTimeoutMs))),
  );
  for (let turn = 0; Date.now() < until && !interrupted.signal.aborted; turn++) {
    const name = names[turn % names.length] ?? '';
    const chosen = scenarios[name];
    if (chosen === undefined) throw new RangeError(`there is no scenario ${name}`);
    const taken = take(name, chosen, turn);
    await Promise.race([taken, late]);
  }
  process.stdout.write(`\n${score.table()}\n`);
  if (!score.isClean()) return 1;
  return interrupted.signal.aborted ? 130 : 0;
}

/** Minutes and seconds: `02:17`. */
function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

try {
  const parsed = readArguments(process.argv.slice(2));
  if (parsed === 'help') process.stdout.write(help);
  // Whatever still runs is bound to this process, and ends with it.
  else process.exit(await soak(parsed));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
