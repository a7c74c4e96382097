/** A server that never outlives the script that started it. */

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * The shell starts the server and ends it when its own standard input closes, which happens at the latest when this
 * process dies. It runs in a group of its own, so that Ctrl-C reaches the services first and the server last.
 */
const guard =
  'exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!; (cat <&3; kill $server) >/dev/null 2>&1 & exec 3<&-; wait $server';

/**
 * Starts it; closing `stdin` ends it, `stderr` is its log, and its exit code is the child's.
 *
 * @param env more environment variables than this process has.
 */
export function spawnGuarded(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
): ChildProcess {
  return spawn('sh', ['-c', guard, program, ...args], {
    ...options,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
}
