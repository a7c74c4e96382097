/** How much memory another process uses. */

import { readFileSync } from 'node:fs';

/** The resident memory of a process, in MiB (Linux: `VmRSS`). */
export function readResidentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(kib) / 1024;
}

/** Looks every 50 ms until `stop` is called, which gives the most that was seen, in MiB, or until the process ends. */
export function watchResidentMiB(pid: number): { stop(): number } {
  let most = readResidentMiB(pid);
  const timer = setInterval(() => {
    try {
      most = Math.max(most, readResidentMiB(pid));
    } catch {
      clearInterval(timer);
    }
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return most;
    },
  };
}
