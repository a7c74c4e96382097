import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultProduct } from '../domain/product.ts';
import { spawnSupervised } from './supervised-process.ts';

export type NatsServerOptions = {
  /** Path of the nats-server executable. */
  readonly program: string;
  /** Directory for the configuration and the streams; created if it does not exist. */
  readonly dataDir: string;
  /** Client port; 0 selects a free port. */
  readonly port: number;
  /** Address of the client port; default: the loopback address. */
  readonly host?: string;
  /** Program and arguments that start the server, for example in a network namespace: `['ip', 'netns', 'exec', 'one']`. */
  readonly launcher?: readonly string[];
  /** Monitoring port on the loopback address; 0 selects a free port. Monitoring is disabled if undefined. */
  readonly monitorPort?: number;
  /** Additional lines for the configuration file (a cluster, users). */
  readonly configuration?: string;
  /** Additional environment variables. The configuration may refer to them (`$NAME`). */
  readonly env?: Readonly<Record<string, string>>;
  readonly serverName?: string;
  /**
   * When stored messages are synced to disk. `always` syncs before each acknowledgement, so no acknowledged message is lost if
   * the machine crashes; a duration such as `2m` (the server's default) syncs at that interval. Default `always`.
   */
  readonly syncInterval?: string;
  /** Startup timeout in ms; default 20 000. */
  readonly timeoutMs?: number;
};

export type NatsServer = {
  readonly url: string;
  readonly port: number;
  /** Base URL of the monitoring endpoints, such as `http://127.0.0.1:8222`; undefined if monitoring is disabled. */
  readonly monitorUrl: string | undefined;
  /** Process id of the server itself, not of the supervising shell. */
  readonly pid: number;
  /** Resolves when the server has exited, for any reason. */
  readonly exited: Promise<void>;
  /** Sends `signal` (default `SIGTERM`) to the server and waits until it has exited. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** Written by the server into its data directory. */
const pidFile = 'nats-server.pid';

/** Number of log lines in the error message of a failed start. */
const shownLogLines = 5;

/** Time for the server to exit before it is killed, in ms. */
const stopTimeoutMs = 10_000;

/** Time for a server on the same data to exit after its parent was killed, in ms. */
const dataReleaseTimeoutMs = 3_000;

/**
 * Starts a nats-server as a child process that exits with this process.
 *
 * @throws Error with the server's last log lines if it does not start, or if another server uses the same data.
 */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { program, dataDir, port, host = '127.0.0.1', launcher = [], env, timeoutMs = 20_000 } = options;
  await mkdir(dataDir, { recursive: true });
  const configFile = join(dataDir, 'nats-server.conf');
  await awaitDataRelease(dataDir, configFile);
  await writeFile(configFile, configure(options));

  const [command, ...args] = [...launcher, program, '--config', configFile];
  const child = spawnSupervised(command, args, env);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid, clientPort, monitorPort } = await waitUntilReady(child, timeoutMs).catch(
    async (error: unknown) => {
      child.stdin?.destroy();
      await awaitExit(child, exited);
      throw error;
    },
  );
  void exited.then(() => child.stdin?.destroy());

  return {
    url: `nats://${host}:${clientPort ?? port}`,
    port: clientPort ?? port,
    monitorUrl: monitorPort === undefined ? undefined : `http://127.0.0.1:${monitorPort}`,
    pid,
    exited,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) sendSignal(pid, signal);
      await awaitExit(child, exited);
    },
  };
}

/** Waits until a signalled server has exited. Kills it after `stopTimeoutMs`. */
async function awaitExit({ pid }: ChildProcess, exited: Promise<void>): Promise<void> {
  const force = setTimeout(() => {
    if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
  }, stopTimeoutMs);
  await exited;
  clearTimeout(force);
}

/** Returns false if the process does not exist. Signal 0 only tests for existence. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Two servers on the same data overwrite each other's events, and nats-server does not check for this. */
async function awaitDataRelease(dataDir: string, configFile: string): Promise<void> {
  const deadline = performance.now() + dataReleaseTimeoutMs;
  for (;;) {
    const pid = await findServerOnData(join(dataDir, pidFile), configFile);
    if (pid === undefined) return;
    if (performance.now() > deadline) {
      throw new Error(`another nats-server (process ${pid}) is running with the data directory ${dataDir}`);
    }
    await sleep(50);
  }
}

async function findServerOnData(file: string, configFile: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => 0));
  if (pid === 0 || !sendSignal(pid, 0)) return undefined;
  // The process id may have been reused. Without /proc, the process is assumed to be the server.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => configFile);
  return command.includes(configFile) ? pid : undefined;
}

function configure({
  dataDir,
  port,
  host = '127.0.0.1',
  monitorPort,
  serverName = defaultProduct.name,
  configuration = '',
  syncInterval = 'always',
}: NatsServerOptions): string {
  return [
    '# Generated at every start. Manual changes are overwritten.',
    `server_name: ${JSON.stringify(serverName)}`,
    `pid_file: ${JSON.stringify(join(dataDir, pidFile))}`,
    `listen: "${host}:${port === 0 ? -1 : port}"`,
    ...(monitorPort === undefined ? [] : [`http: "127.0.0.1:${monitorPort === 0 ? -1 : monitorPort}"`]),
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(dataDir, 'jetstream'))}`,
    '  # Sync every write to disk before it is acknowledged (the default interval is 2 minutes).',
    `  sync_interval: ${syncInterval}`,
    '}',
    configuration,
    '',
  ].join('\n');
}

/** Reads the server's log until the server is ready. After that, the log is read and discarded. */
function waitUntilReady(
  child: ChildProcess,
  timeoutMs: number,
): Promise<{ pid: number; clientPort?: number; monitorPort?: number }> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    let clientPort: number | undefined;
    let monitorPort: number | undefined;
    const fail = (reason: string) => reject(new Error([`nats-server ${reason}`, ...lastLines].join('\n  ')));
    const timer = setTimeout(() => fail(`did not start within ${timeoutMs} ms`), timeoutMs);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    // Not 'exit': at that point, stderr may still contain unread lines.
    child.once('close', () => {
      clearTimeout(timer);
      fail('exited before it was ready');
    });
    if (child.stderr === null) return fail('has no stderr');
    createInterface(child.stderr).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > shownLogLines) lastLines.shift();
      const listening = /client connections on .*:(\d+)/.exec(line)?.[1];
      if (listening !== undefined) clientPort = Number(listening);
      const monitoring = /http monitor on .*:(\d+)/.exec(line)?.[1];
      if (monitoring !== undefined) monitorPort = Number(monitoring);
      if (!line.includes('Server is ready')) return;
      clearTimeout(timer);
      const pid = Number(/^\[(\d+)\]/.exec(line)?.[1]);
      resolve({
        pid,
        ...(clientPort !== undefined && { clientPort }),
        ...(monitorPort !== undefined && { monitorPort }),
      });
    });
  });
}
