/** Runs a nats-server as a child that never outlives its parent; `npm start` and the tests share it. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export type NatsServerOptions = {
  /** The path of the nats-server program. */
  readonly program: string;
  /** Where its configuration and its streams lie; made when it is missing. */
  readonly dataDir: string;
  /** The client port on the loopback address; 0 means any free one. */
  readonly port: number;
  /** More lines for the configuration file (a cluster, users). */
  readonly configuration?: string;
  readonly serverName?: string;
  /** Milliseconds after which a server that does not come up counts as failed; default 20 000. */
  readonly timeoutMs?: number;
};

export type NatsServer = {
  readonly url: string;
  readonly port: number;
  /** The server's own process id. */
  readonly pid: number;
  /** Resolves when the server has ended, however it did. */
  readonly exited: Promise<void>;
  /** Ends the server, by default cleanly, and waits for it. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

/** How many of the server's last log lines stand in the error when it does not come up. */
const shownLogLines = 5;

/**
 * The shell starts the server and ends it when its own standard input closes, which happens at the latest when this
 * process dies. It runs in a group of its own, so that Ctrl-C reaches the services first and the broker last.
 */
const guard =
  'exec 3<&0; "$0" "$@" </dev/null 3<&- & server=$!; (cat <&3; kill $server) >/dev/null 2>&1 & exec 3<&-; wait $server';

/** @throws Error with the server's own last words when it does not come up. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const { program, dataDir, port, timeoutMs = 20_000 } = options;
  await mkdir(dataDir, { recursive: true });
  const configFile = join(dataDir, 'nats-server.conf');
  await writeFile(configFile, configure(options));

  const child = spawn('sh', ['-c', guard, program, '--config', configFile], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid, clientPort } = await waitUntilReady(child, timeoutMs).catch((error: unknown) => {
    child.stdin?.destroy();
    throw error;
  });
  void exited.then(() => child.stdin?.destroy());

  return {
    url: `nats://127.0.0.1:${clientPort ?? port}`,
    port: clientPort ?? port,
    pid,
    exited,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      await exited;
    },
  };
}

function configure({
  dataDir,
  port,
  serverName = 'portside',
  configuration = '',
}: NatsServerOptions): string {
  return [
    '# Written by Portside at every start: a change here is lost.',
    `server_name: ${JSON.stringify(serverName)}`,
    `listen: "127.0.0.1:${port === 0 ? -1 : port}"`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(join(dataDir, 'jetstream'))}`,
    '  # An acknowledged write is on the disk, also when the machine dies (the default is every 2 minutes).',
    '  sync_interval: always',
    '}',
    configuration,
    '',
  ].join('\n');
}

/** Reads the server's log until it says that it is ready; from there on the log is only drained. */
function waitUntilReady(
  child: ChildProcess,
  timeoutMs: number,
): Promise<{ pid: number; clientPort?: number }> {
  return new Promise((resolve, reject) => {
    const lastLines: string[] = [];
    let clientPort: number | undefined;
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
      if (!line.includes('Server is ready')) return;
      clearTimeout(timer);
      const pid = Number(/^\[(\d+)\]/.exec(line)?.[1]);
      resolve({ pid, ...(clientPort !== undefined && { clientPort }) });
    });
  });
}
