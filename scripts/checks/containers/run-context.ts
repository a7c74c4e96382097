import { join } from 'node:path';
import { runCommand } from '../../setup/command.mjs';
import { ROOT, toolsFolder } from '../../setup/root.mjs';

/** The tests cannot run on this machine, for the reason in the message. Not a test failure. */
export class UnsupportedEnvironment extends Error {
  override readonly name = 'UnsupportedEnvironment';
}

export type RunContext = {
  readonly env: NodeJS.ProcessEnv;
  /** Aborts the running command when the run is interrupted. Cleanup commands run afterwards and are not aborted. */
  readonly signal: AbortSignal;
  /** Registers `close` to be called at the end of the run, in reverse order of registration. */
  defer(close: () => unknown): void;
  print(line: string): void;
};

/** Git-ignored folder for files that are reused by later runs. */
export const cacheFolder = join(toolsFolder(ROOT), 'containers');

/** Runs a command in the checkout and returns its output. */
export function runIn(
  { env, signal }: RunContext,
  command: string,
  args: readonly string[],
): Promise<string> {
  return runCommand(command, args, {
    cwd: ROOT,
    env: { ...env, LC_ALL: 'C' },
    ...(!signal.aborted && { signal }),
  });
}

/** Runs a step and prints its name and duration. */
export async function step<T>({ print }: RunContext, name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  print(`${name} …`);
  const result = await work();
  print(`${name}: done (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}
