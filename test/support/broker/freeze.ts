/** Suspends a process with SIGSTOP, to simulate a paused machine: its connections stay open but it does not respond. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';

/** Resolves when the process has stopped. On a busy machine, this can be long after the signal was sent. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(async () => {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(pid)]);
    if (!stdout.trim().startsWith('T')) throw new Error(`process ${pid} is still running: ${stdout}`);
  });
}

export function unfreeze(pid: number): void {
  process.kill(pid, 'SIGCONT');
}
