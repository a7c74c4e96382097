import { readFileSync } from 'node:fs';

/** Returns the resident memory of a process, in MiB. Reads `VmRSS` from /proc, so it works only on Linux. */
export function readResidentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no VmRSS`);
  return Number(kib) / 1024;
}

/** Samples the resident memory every 50 ms until the process exits or `stop` is called. `stop` returns the maximum, in MiB. */
export function watchResidentMiB(pid: number): { stop(): number } {
  let maximum = readResidentMiB(pid);
  const timer = setInterval(() => {
    try {
      maximum = Math.max(maximum, readResidentMiB(pid));
    } catch {
      clearInterval(timer);
    }
  }, 50);
  return {
    stop() {
      clearInterval(timer);
      return maximum;
    },
  };
}
