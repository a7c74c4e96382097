/** A service as its own process, on free ports, the way a platform would run it. */

import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../../../src/kit/runtime/run.ts';
import { startValidatingProxy } from '../http/validating-proxy.ts';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

export type ServiceProcess = {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly probeUrl: string;
  readonly pid: number;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** A service that may not answer yet. */
export type LaunchedService = Pick<ServiceProcess, 'exited' | 'stop'> & {
  /** Resolves when it answers; rejects when it ends before. */
  readonly ready: Promise<ServiceProcess>;
};

export type ServiceProcessOptions = {
  readonly natsUrl: string;
  /** Its entry; default `src/<name>/main.ts`. */
  readonly entry?: URL;
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Is given each line of its log; without it the log goes to the test's own output. */
  onLog?(line: string): void;
};

/**
 * Starts `src/<name>/main.ts` and resolves when it answers; rejects when it ends before. When PORTSIDE_TEST_PROXY names
 * a validating proxy, the service answers behind it (`npm run conformance`).
 */
export async function startServiceProcess(
  name: string,
  options: ServiceProcessOptions,
): Promise<ServiceProcess> {
  return launchServiceProcess(name, options).ready;
}

/** Starts `src/<name>/main.ts` without waiting for anything. */
export function launchServiceProcess(
  name: string,
  {
    natsUrl,
    entry = new URL(`../../../src/${name}/main.ts`, import.meta.url),
    env = {},
    onLog,
  }: ServiceProcessOptions,
): LaunchedService {
  const child = fork(fileURLToPath(entry), {
    execArgv: [...typescriptArgs],
    stdio: ['inherit', onLog === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      PROBE_PORT: '0',
      LOG_LEVEL: 'error',
      ...env,
    },
  });
  if (child.stdout !== null && onLog !== undefined) createInterface(child.stdout).on('line', onLog);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  const ready = new Promise<ServiceProcess>((resolve, reject) => {
    child.once('message', ({ httpPort, probePort }: ReadyMessage) => {
      const probeUrl = `http://127.0.0.1:${probePort}`;
      proxied(`http://127.0.0.1:${httpPort}`, exited).then(
        (url) => resolve({ url, probeUrl, pid: child.pid ?? 0, exited, stop }),
        reject,
      );
    });
    void exited.then((code) => reject(new Error(`${name} ended with code ${code} before it was ready`)));
  });
  // Whoever launches it may never ask.
  ready.catch(() => undefined);
  return { exited, stop, ready };
}

/** The address of a validating proxy in front of the service, when PORTSIDE_TEST_PROXY names one; else its own. */
async function proxied(service: string, exited: Promise<unknown>): Promise<string> {
  const program = process.env['PORTSIDE_TEST_PROXY'];
  if (program === undefined) return service;
  const reportFile = process.env['PORTSIDE_TEST_PROXY_REPORT'];
  const proxy = await startValidatingProxy({ program, service, reportFile });
  void exited.then(() => proxy.close());
  return proxy.url;
}
