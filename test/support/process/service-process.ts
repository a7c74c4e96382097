/** Runs a service as a process on free ports. */

import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../../../src/kit/runtime/run.ts';
import { startValidatingProxy } from '../http/validating-proxy.ts';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

export type ServiceProcess = {
  /** `http://127.0.0.1:<port>`, or with the `host` of the options. */
  readonly url: string;
  readonly probeUrl: string;
  readonly pid: number;
  /** Resolves with the exit code; null if a signal terminated it. */
  readonly exited: Promise<number | null>;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** A started service that may not be ready yet. */
export type LaunchedService = Pick<ServiceProcess, 'exited' | 'stop'> & {
  /** Resolves when the service is ready. Rejects if it exits first. */
  readonly ready: Promise<ServiceProcess>;
};

export type ServiceProcessOptions = {
  readonly natsUrl: string;
  /** Address of the HTTP port; default 127.0.0.1. */
  readonly host?: string;
  /** Program and arguments that start Node, for example in a network namespace: `['ip', 'netns', 'exec', 'one']`. */
  readonly launcher?: readonly string[];
  /** Entry point; default `src/<name>/main.ts`. */
  readonly entry?: URL;
  /** Arguments of Node.js; default: those that run TypeScript. */
  readonly nodeArgs?: readonly string[];
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each log line. By default, log lines are written to the output of the test. */
  onLog?(line: string): void;
};

/**
 * Starts a service and resolves when it is ready. Rejects if it exits first. If PORTSIDE_TEST_PROXY is set, `url` is
 * the address of a validating proxy in front of the service (`npm run conformance`).
 */
export async function startServiceProcess(
  name: string,
  options: ServiceProcessOptions,
): Promise<ServiceProcess> {
  return launchServiceProcess(name, options).ready;
}

/** Starts a service without waiting until it is ready. */
export function launchServiceProcess(
  name: string,
  {
    natsUrl,
    host = '127.0.0.1',
    launcher = [],
    entry = new URL(`../../../src/${name}/main.ts`, import.meta.url),
    nodeArgs = typescriptArgs,
    env = {},
    onLog,
  }: ServiceProcessOptions,
): LaunchedService {
  const [execPath, ...execArgv] = [...launcher, process.execPath, ...nodeArgs];
  const child = fork(fileURLToPath(entry), {
    execPath,
    execArgv,
    stdio: ['inherit', onLog === undefined ? 'inherit' : 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      NATS_URL: natsUrl,
      HTTP_HOST: host,
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
      proxied(`http://${host}:${httpPort}`, exited).then(
        (url) => resolve({ url, probeUrl, pid: child.pid ?? 0, exited, stop }),
        reject,
      );
    });
    void exited.then((code) => reject(new Error(`${name} exited with code ${code} before it was ready`)));
  });
  // The caller may not await `ready`; this prevents an unhandled rejection.
  ready.catch(() => undefined);
  return { exited, stop, ready };
}

/** Starts a validating proxy if PORTSIDE_TEST_PROXY is set, and returns its URL. Otherwise returns `service`. */
async function proxied(service: string, exited: Promise<unknown>): Promise<string> {
  const program = process.env['PORTSIDE_TEST_PROXY'];
  if (program === undefined) return service;
  const reportFile = process.env['PORTSIDE_TEST_PROXY_REPORT'];
  const proxy = await startValidatingProxy({ program, service, reportFile });
  void exited.then(() => proxy.close());
  return proxy.url;
}
