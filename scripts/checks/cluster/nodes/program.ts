/** Starts the programs of the cluster, with their output in log files. */

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterFolder } from '../build/programs.ts';

/** Data of the running cluster: keys, configuration, and the file systems of the nodes. Removed at the end. */
export const runFolder = join(clusterFolder, 'run');

/** The log files remain after a run. */
export const logFolder = join(clusterFolder, 'log');

export type ProgramOptions = {
  /** Name of the log file. */
  readonly log: string;
  /** Called if the program ends. */
  onExit(): void;
};

/** Starts a program. The kernel ends it with the first process of its namespace. */
export async function startProgram(
  [command = '', ...args]: readonly string[],
  { log, onExit }: ProgramOptions,
): Promise<void> {
  await mkdir(logFolder, { recursive: true });
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(join(logFolder, `${log}.log`));
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  child.once('error', onExit);
  child.once('exit', onExit);
}
