import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { typescriptArgs } from '../typescript-args.ts';

/** PATH with the folders of the system programs, which are not on the PATH of every user. */
export const systemPath = [process.env['PATH'], '/usr/sbin', '/sbin'].join(':');

/**
 * New network, mount and process namespaces. They exist as long as their first process: the kernel then ends all other
 * processes in them and removes the network namespaces that were created inside, which nothing outside refers to.
 */
const unshareArgs = [
  '--net',
  '--mount',
  '--propagation=private',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

/**
 * Runs the script as the first process of new namespaces and resolves with its exit code (128 + signal number after
 * SIGINT or SIGTERM). After these signals and after the end of this process, the script receives the event `disconnect`.
 */
export function runInNamespace(script: URL, args: readonly string[]): Promise<number> {
  const child = fork(fileURLToPath(script), args, {
    execPath: 'unshare',
    execArgv: [...unshareArgs, process.execPath, ...typescriptArgs],
    env: { ...process.env, PATH: systemPath },
  });
  let interruption: number | undefined;
  const interrupt = (code: number) => {
    interruption = code;
    if (child.connected) child.disconnect();
  };
  process.on('SIGINT', () => interrupt(130));
  process.on('SIGTERM', () => interrupt(143));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(interruption ?? code ?? 1));
  });
}
