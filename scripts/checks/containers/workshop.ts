/** What every step of the container tests works with. */

import { join } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import { ROOT, toolsFolder } from '../../setup/root.mjs';

/** This machine cannot do it; the message says why. Nothing is wrong with what is tested. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

export type Workshop = {
  readonly env: NodeJS.ProcessEnv;
  /** Ends the command that is under way when the run is interrupted; those that clear up come after that. */
  readonly signal: AbortSignal;
  /** Has `close` called when the run is over, however it ends; the last one given is called first. */
  defer(close: () => unknown): void;
  /** Shows a line to a person. */
  say(line: string): void;
};

/** The ignored folder in which things are kept from one run to the next. */
export const keptFolder = join(toolsFolder(ROOT), 'containers');

/** Runs one of the system's commands in the checkout; returns all that it printed. */
export function runIn({ env, signal }: Workshop, command: string, args: readonly string[]): Promise<string> {
  return runCommand(command, args, {
    cwd: ROOT,
    env: { ...env, LC_ALL: 'C' },
    ...(!signal.aborted && { signal }),
  });
}

/** Does a step that takes a while, and says how long it took. */
export async function step<T>({ say }: Workshop, name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  say(`${name} …`);
  const result = await work();
  say(`${name}: done (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}
