/** What a measurement starts: processes that end with the bench, whatever happens, and folders that go with it. */

import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnSupervised } from '../supervised-process.ts';
import { eventually } from '../../test/support/eventually.ts';
import { typescriptArgs } from '../typescript-args.ts';

/** Keeps what has to be ended, and ends it in reverse order. */
export type Workshop = {
  /** Calls `close` when the workshop closes. */
  defer(close: () => unknown): void;
  /** An empty folder that is removed in the end. */
  makeFolder(): Promise<string>;
  close(): Promise<void>;
};

export function createWorkshop(): Workshop {
  const closers: (() => unknown)[] = [];
  return {
    defer: (close) => void closers.unshift(close),
    async makeFolder() {
      const folder = await mkdtemp(join(tmpdir(), 'portside-bench-'));
      closers.unshift(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
    async close() {
      for (const close of closers.splice(0)) await close();
    },
  };
}

/** A process that answers by HTTP. */
export type Served = { readonly url: string; readonly pid: number; stop(): Promise<void> };

/** Milliseconds that a process gets to end by itself. */
const stopTimeoutMs = 10_000;
/** Milliseconds that it may take to answer: the longest start replays some millions of events. */
const startTimeoutMs = 300_000;

/** Makes a forked Node process end when the bench does, however that ends. */
const endWithParent = `data:text/javascript,process.on('disconnect',()=>process.exit())`;

export type NodeOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** Is given each line that it prints; without it they are printed. */
  readonly onLine?: (line: string) => void;
};

/** A Node process of ours with an IPC channel; TypeScript goes through tsx. */
export function startNode(file: URL, options: NodeOptions = {}): ChildProcess {
  const { env = {}, args = [], nodeArgs = [], onLine } = options;
  const loader = file.pathname.endsWith('.ts') ? [...typescriptArgs] : [];
  const child = fork(fileURLToPath(file), args, {
    execArgv: [...loader, '--import', endWithParent, ...nodeArgs],
    stdio: ['ignore', onLine === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  if (onLine !== undefined && child.stdout !== null) createInterface(child.stdout).on('line', onLine);
  return child;
}

/** Starts a Node process that says `{httpPort}` to its parent once it answers; it ends with the workshop. */
export async function serveNode(workshop: Workshop, file: URL, options?: NodeOptions): Promise<Served> {
  const child = startNode(file, options);
  const stop = () => endChild(child);
  workshop.defer(stop);
  const { httpPort } = await nextMessage<{ httpPort: number }>(child, startTimeoutMs);
  return { url: `http://127.0.0.1:${httpPort}`, pid: child.pid ?? 0, stop };
}

/** The next thing that the process says; rejects when it ends or says nothing for too long. */
export function nextMessage<T>(child: ChildProcess, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error(`it said nothing for ${timeoutMs / 1000} s`)), timeoutMs);
    const onMessage = (message: T) => settle(undefined, message);
    const onExit = (code: number | null) => settle(new Error(`it ended with code ${code}`));
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
  /** Throws until the server answers. */
  readonly probe: () => Promise<unknown>;
};

/** Starts any other server; it ends with the workshop, or with the bench at the latest. */
export async function serveProgram(
  workshop: Workshop,
  program: string,
  args: readonly string[],
  { probe, env = {}, ...options }: ServerOptions,
): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const child = spawnSupervised(program, args, env, options);
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-2_000)));
  const stop = () => endChild(child);
  workshop.defer(stop);
  await eventually(async () => {
    if (child.exitCode === null) await probe();
  }, startTimeoutMs);
  if (child.exitCode !== null) throw new Error(`${program} ended with code ${child.exitCode}: ${output}`);
  return { pid: child.pid ?? 0, stop };
}

/** Ends a child by its own id: a guarded one by closing what its guard reads, then by force. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isGuarded = child.stdin !== null;
  if (isGuarded) child.stdin?.destroy();
  else child.kill('SIGTERM');
  const force = setTimeout(() => {
    if (isGuarded && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  }, stopTimeoutMs);
  await exited;
  clearTimeout(force);
}
