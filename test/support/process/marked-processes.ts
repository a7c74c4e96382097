/** Finds every process that descends from a test, also one whose parent is gone: by a variable that all of them inherit. */

import { readdirSync, readFileSync } from 'node:fs';

export type MarkedProcess = { readonly pid: number; readonly command: string };

/**
 * The processes that live and carry this environment variable; one that has ended but is not yet waited for is gone.
 * It reads /proc, so it works on Linux only.
 *
 * @param mark the variable and its value, `NAME=value`.
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
        // It ended while it was looked at, or it is somebody else's.
        return [];
      }
    });
}
