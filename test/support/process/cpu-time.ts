import { readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, the same on all common architectures. */
const ticksPerSecond = 100;

/** Returns the CPU time of a process, in ms: user and system, without its children. Reads /proc, so it works only on Linux. */
export function readCpuMs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name of the program, which may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]];
  return ((Number(user) + Number(system)) * 1000) / ticksPerSecond;
}
