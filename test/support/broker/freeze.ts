/** Stops a process where it stands, and lets it go on: what a swapped-out or paused machine looks like from outside. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';

/** Resolves when the process has stopped: on a busy machine that can be long after the signal was sent. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(async () => {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    if (!stdout.trim().startsWith('T')) throw new Error(`process ${pid} still runs: ${stdout}`);
  });
}

export function unfreeze(pid: number): void {
  process.kill(pid, 'SIGCONT');
}
