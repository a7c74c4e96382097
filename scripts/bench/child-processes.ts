import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnSupervised } from '../../src/kit/launch/supervised-process.ts';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import { eventually } from '../../test/support/eventually.ts';
import { typescriptArgs } from '../typescript-args.ts';

/** Releases resources of a measurement in reverse order of their creation. */
export type ResourceScope = {
  /** True after `close` was called: nothing new is started. */
  readonly isClosed: boolean;
  /** Registers `close` to be called when the scope closes. */
  defer(close: () => unknown): void;
  /** Creates an empty folder that is removed when the scope closes. @throws Error if the scope is closed */
  makeFolder(): Promise<string>;
  /** Resolves when everything is released, also if called again. */
  close(): Promise<void>;
};

export function createResourceScope(): ResourceScope {
  const closers: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  async function closeAll() {
    const errors: unknown[] = [];
    for (let next = closers.shift(); next !== undefined; next = closers.shift()) {
      try {
        await next();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(messageOf).join('; '));
  }
  return {
    get isClosed() {
      return closing !== undefined;
    },
    defer: (close) => void closers.unshift(close),
    async makeFolder() {
      if (closing !== undefined) throw new Error('interrupted');
      const folder = await mkdtemp(join(tmpdir(), 'portside-bench-'));
      closers.unshift(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
    close: () => (closing ??= closeAll()),
  };
}

/** Runs `work` in a scope that closes after it, and at the latest when `parent` closes. */
export async function withScope<T>(
  parent: ResourceScope,
  work: (scope: ResourceScope) => Promise<T>,
): Promise<T> {
  const scope = createResourceScope();
  parent.defer(() => scope.close());
  try {
    return await work(scope);
  } finally {
    await scope.close();
  }
}

/** A running HTTP server. */
export type ServerProcess = {
  readonly url: string;
  readonly pid: number;
  /** Port of the metrics; only of Portside. */
  readonly probePort?: number | undefined;
  stop(): Promise<void>;
};

/** Time for a process to exit before it is killed, in ms. */
const stopTimeoutMs = 10_000;
/** Time for a server to become ready, in ms. The slowest start replays several million events. */
const startTimeoutMs = 300_000;

/** Makes a forked Node process exit when the benchmark process exits, for any reason. */
const exitWithParent = `data:text/javascript,process.on('disconnect',()=>process.exit())`;

export type NodeOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** Called with each line of stdout. If undefined, stdout is inherited. */
  readonly onLine?: (line: string) => void;
};

/** Forks a Node process with an IPC channel; TypeScript files run with tsx. */
export function startNode(file: URL, options: NodeOptions = {}): ChildProcess {
  const { env = {}, args = [], nodeArgs = [], onLine } = options;
  const loader = file.pathname.endsWith('.ts') ? [...typescriptArgs] : [];
  const child = fork(fileURLToPath(file), args, {
    execArgv: [...loader, '--import', exitWithParent, ...nodeArgs],
    stdio: ['ignore', onLine === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  if (onLine !== undefined && child.stdout !== null) createInterface(child.stdout).on('line', onLine);
  return child;
}

/** Starts a Node process that sends `{httpPort}` to its parent when it is ready. It is stopped when the scope closes. */
export async function startNodeServer(
  scope: ResourceScope,
  file: URL,
  options?: NodeOptions,
): Promise<ServerProcess> {
  const child = startNode(file, options);
  const stop = () => stopChild(child);
  scope.defer(stop);
  const message = nextMessage<{ httpPort: number; probePort?: number }>(child, startTimeoutMs);
  const { httpPort, probePort } = await message;
  return { url: `http://127.0.0.1:${httpPort}`, pid: child.pid ?? 0, probePort, stop };
}

/** Resolves with the next IPC message of the process. Rejects if the process exits, or after a timeout. */
export function nextMessage<T>(child: ChildProcess, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error(`no message within ${timeoutMs / 1000} s`)), timeoutMs);
    const onMessage = (message: T) => settle(undefined, message);
    const onExit = (code: number | null) => settle(new Error(`exited with code ${code}`));
    function settle(error: Error | undefined, message?: T) {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      if (message !== undefined) resolve(message);
      else reject(new Error(`${child.spawnargs.slice(-2).join(' ')}: ${error?.message}`));
    }
    child.once('message', onMessage).once('exit', onExit);
  });
}

export type ServerOptions = {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  readonly gid?: number;
  /** Rejects until the server is ready. */
  readonly probe: () => Promise<unknown>;
};

/** Starts a server program. It is stopped when the scope closes, and at the latest when the benchmark process exits. */
export async function startServer(
  scope: ResourceScope,
  program: string,
  args: readonly string[],
  { probe, env = {}, ...options }: ServerOptions,
): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const child = spawnSupervised(program, args, env, options);
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-2_000)));
  const stop = () => stopChild(child);
  scope.defer(stop);
  await eventually(async () => {
    if (child.exitCode === null) await probe();
  }, startTimeoutMs);
  if (child.exitCode !== null) throw new Error(`${program} exited with code ${child.exitCode}: ${output}`);
  return { pid: child.pid ?? 0, stop };
}

/** Stops a child process: a supervised one by closing its stdin, others with SIGTERM. Kills it after a timeout. */
export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isSupervised = child.stdin !== null;
  if (isSupervised) child.stdin?.destroy();
  else child.kill('SIGTERM');
  const force = setTimeout(() => {
    if (isSupervised && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  }, stopTimeoutMs);
  await exited;
  clearTimeout(force);
}
