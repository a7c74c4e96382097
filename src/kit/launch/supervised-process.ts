import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/**
 * The shell starts the server and kills it when the shell's standard input closes, at the latest when this process exits. The
 * shell runs in its own process group, so Ctrl-C does not reach the server and the services can stop first.
 */
const supervisor =
  'exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!; (cat <&3; kill $server) >/dev/null 2>&1 & exec 3<&-; wait $server';

/**
 * Starts a server that exits with this process. Closing `stdin` of the returned process stops the server. Its `stderr` and exit
 * code are those of the server.
 *
 * @param env environment variables in addition to those of this process.
 */
export function spawnSupervised(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: Pick<SpawnOptions, 'cwd' | 'uid' | 'gid'> = {},
): ChildProcess {
  return spawn('sh', ['-c', supervisor, program, ...args], {
    ...options,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
}
