/** A service as its own process, on free ports, the way a platform would run it. */

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../runtime/run.ts';
import { startValidatingProxy } from './validating-proxy.ts';

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

export type ServiceProcessOptions = {
  readonly natsUrl: string;
  /** More environment variables. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Starts `src/<name>/main.ts` and resolves when it answers; rejects when it ends before. When PORTSIDE_TEST_PROXY names
 * a validating proxy, the service answers behind it (`npm run conformance`).
 */
export async function startServiceProcess(
  name: string,
  { natsUrl, env = {} }: ServiceProcessOptions,
): Promise<ServiceProcess> {
  const child = fork(fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
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
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const { httpPort, probePort } = await new Promise<ReadyMessage>((ready, reject) => {
    child.once('message', (message: ReadyMessage) => ready(message));
    void exited.then((code) => reject(new Error(`${name} ended with code ${code} before it was ready`)));
  });
  const direct = `http://127.0.0.1:${httpPort}`;
  const program = process.env['PORTSIDE_TEST_PROXY'];
  const reportFile = process.env['PORTSIDE_TEST_PROXY_REPORT'];
  const proxy =
    program === undefined ? undefined : await startValidatingProxy({ program, service: direct, reportFile });
  void exited.then(() => proxy?.close());
  return {
    url: proxy?.url ?? direct,
    probeUrl: `http://127.0.0.1:${probePort}`,
    pid: child.pid ?? 0,
    exited,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
