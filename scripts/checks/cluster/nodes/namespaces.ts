/** Network, mount and process namespaces of a node. */

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { eventually } from '../../../../test/support/eventually.ts';
import { runCommand } from '../../../setup/command.mjs';

export type Namespaces = {
  /** Process id of their first process. */
  readonly pid: number;
  /** Returns the command that runs a command in the namespaces. */
  enter(...command: readonly string[]): string[];
  /** Runs a command in the namespaces and returns its output. */
  run(...command: readonly string[]): Promise<string>;
  /** Sends SIGKILL to all processes in the namespaces at the same time, as if the machine had lost power. */
  kill(): void;
};

const unshareArgs = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

export async function createNamespaces(): Promise<Namespaces> {
  const child = spawn('unshare', [...unshareArgs, 'sleep', 'infinity'], { stdio: 'ignore' });
  const pid = await eventually(async () => {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    const first = Number(children.trim());
    const name = await readFile(`/proc/${first}/comm`, 'utf8');
    if (name.trim() !== 'sleep') throw new Error('the namespaces are not ready');
    return first;
  });
  const enter = (...command: readonly string[]) => [
    'nsenter',
    `--target=${pid}`,
    '--net',
    '--mount',
    '--pid',
    ...command,
  ];
  return {
    pid,
    enter,
    run(...command) {
      const [program = '', ...args] = enter(...command);
      return runCommand(program, args);
    },
    // The kernel ends all other processes of a process namespace with its first one.
    kill: () => void process.kill(pid, 'SIGKILL'),
  };
}
