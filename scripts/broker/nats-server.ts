/** Runs a nats-server as a child that never outlives its parent; `npm start` and the tests share it. */

import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGuarded } from '../guarded.ts';

export type NatsServerOptions = {
  /** The path of the nats-server program. */
  readonly program: string;
  /** Where its configuration and its streams lie; made when it is missing. */
  readonly dataDir: string;
  /** The client port on the loopback address; 0 means any free one. */
  readonly port: number;
  /** The monitoring port on the loopback address; 0 means any free one. Without it there is no monitoring. */
  readonly monitorPort?: number;
  /** More lines for the configuration file (a cluster, users). */
  readonly configuration?: string;
  /** More environment variables, which the configuration may refer to (`$NAME`). */
  readonly env?: Readonly<Record<string, string>>;
  readonly serverName?: string;
  /**
   * When stored messages are forced to the disk: `always`, before each is acknowledged, so that none is lost when the
   * machine dies; or after a time such as `2m`, the server's own default. Default `always`.
   */
  readonly syncInterval?: string;
  /** Milliseconds after which a server that does not come up counts as failed; default 20 000. */
  readonly timeoutMs?: number;
};

export type NatsServer = {
  readonly url: string;
  readonly port: number;
  /** Where its monitoring answers: `http://127.0.0.1:8222`; undefined without monitoring. */
  readonly monitorUrl: string | undefined;
  /** The server's own process id. */
  readonly pid: number;
  /** Resolves when the server has ended, however it did. */
  readonly exited: Promise<void>;
  /** Ends the server, by default cleanly, and waits for it. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** Where, in its data folder, the server writes its process id. */
const pidFile = 'nats-server.pid';

/** How many of the server's last log lines stand in the error when it does not come up. */
const shownLogLines = 5;

/** Milliseconds that the server may take to end before it is killed. */
const stopTimeoutMs = 10_000;

/** Milliseconds that a server on the same data, whose launcher was killed, gets to end. */
const holderTimeoutMs = 3_000;

/** @throws Error with the server's own last words when it does not come up, or when another one holds its data. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { program, dataDir, port, env, timeoutMs = 20_000 } = options;
  await mkdir(dataDir, { recursive: true });
  const configFile = join(dataDir, 'nats-server.conf');
  await awaitNoHolder(dataDir, configFile);
  await writeFile(configFile, configure(options));

  const child = spawnGuarded(program, ['--config', configFile], env);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid, clientPort, monitorPort } = await waitUntilReady(child, timeoutMs).catch(
    async (error: unknown) => {
      child.stdin?.destroy();
      await endInTime(child, exited);
      throw error;
    },
  );
  void exited.then(() => child.stdin?.destroy());

  return {
    url: `nats://127.0.0.1:${clientPort ?? port}`,
    port: clientPort ?? port,
    monitorUrl: monitorPort === undefined ? undefined : `http://127.0.0.1:${monitorPort}`,
    pid,
    exited,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) sendSignal(pid, signal);
      await endInTime(child, exited);
    },
  };
}

/** Waits until the server, which was told to end, has ended; takes it by force when it does not hear. */
async function endInTime({ pid }: ChildProcess, exited: Promise<void>): Promise<void> {
  const force = setTimeout(() => {
    if (pid !== undefined) sendSignal(-pid, 'SIGKILL');
  }, stopTimeoutMs);
  await exited;
  clearTimeout(force);
}

/** @returns whether there is such a process; the signal 0 only asks. */
function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** Two servers on the same data overwrite each other's events, and nats-server itself does not look. */
async function awaitNoHolder(dataDir: string, configFile: string): Promise<void> {
  const deadline = performance.now() + holderTimeoutMs;
  for (;;) {
    const pid = await findHolder(join(dataDir, pidFile), configFile);
    if (pid === undefined) return;
    if (performance.now() > deadline) {
      throw new Error(`another nats-server, process ${pid}, has its data in ${dataDir} and is running`);
    }
    await sleep(50);
  }
}

async function findHolder(file: string, configFile: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, 'utf8').catch(() => 0));
  if (pid === 0 || !sendSignal(pid, 0)) return undefined;
  // Its id may be somebody else's by now; where the system has no /proc, it is taken for the server.
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => configFile);
  return command.includes(configFile) ? pid : undefined;
}

function configure({
  dataDir,
  port,
  monitorPort,
  serverName = 'portside',
  configuration = '',
  syncInterval = 'always',
}: NatsServerOptions): string {
  return [
    '# Written by Portside at every start: a change here is lost.',
    `server_name: ${JSON.stringify(serverName)}`,
    `pid_file: ${JSON.stringify(join(dataDir, pidFile))}`,
    `listen: "127.0.0.1:${port === 0 ? -1 : port}"`,
    ...(monitorPort === undefined ? [] : [`http: "127.0.0.1:${monitorPort === 0 ? -1 : monitorPort}"`]),
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(dataDir, 'jetstream'))}`,
    '  # An acknowledged write is on the disk, also when the machine dies (the default is every 2 minutes).',
    `  sync_interval: ${syncInterval}`,
    '}',
    configuration,
    '',
  ].join('\n');
}

/** Reads the server's log until it says that it is ready; from there on the log is only drained. */
function waitUntilReady(
  child: ChildProcess,
  timeoutMs: number,
): Promise<{ pid: number; clientPort?: number; monitorPort?: number }> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    let clientPort: number | undefined;
    let monitorPort: number | undefined;
    const fail = (reason: string) => reject(new Error([`nats-server ${reason}`, ...lastLines].join('\n  ')));
    const timer = setTimeout(() => fail(`did not come up within ${timeoutMs} ms`), timeoutMs);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    // Not 'exit': the last words may still be on their way then.
    child.once('close', () => {
      clearTimeout(timer);
      fail('ended before it was ready');
    });
    if (child.stderr === null) return fail('has no log');
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
