/** Finds all descendants of a process, including orphans, by an environment variable that they inherit. */

import { readdirSync, readFileSync } from 'node:fs';

export type MarkedProcess = { readonly pid: number; readonly command: string };

/**
 * Returns the running processes that have this environment variable. Zombie processes are not included. Reads /proc,
 * so it works only on Linux.
 *
 * @param mark variable and value: `NAME=value`.
 */
export function findMarkedProcesses(mark: string): MarkedProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        if (!environment.includes(mark)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command === '' ? [] : [{ pid: Number(name), command }];
      } catch {
        // The process has exited or belongs to another user.
        return [];
      }
    });
}
