/** A service process whose log the test reads, and which speaks HTTP. */

import * as assert from 'uvu/assert';
import { eventually } from './eventually.ts';
import { createHttpClient, type HttpClient } from './http.ts';
import {
  launchServiceProcess,
  type LaunchedService,
  type ServiceProcess,
  type ServiceProcessOptions,
} from './service-process.ts';

/** A line of the log: its level, its text in `msg`, and what is told with it. */
export type LogLine = Readonly<Record<string, unknown>>;

export type LoggedService = ServiceProcess & HttpClient & Logged;

export type Logged = {
  /** Every line so far whose text is `message`; all without it. */
  logged(message?: string): LogLine[];
  /** Waits for a line of this text, and gives the first one. */
  awaitLog(message: string): Promise<LogLine>;
};

/** Starts the service without waiting for anything; it logs what is worth a line. */
export function launchLoggedService(
  name: string,
  { natsUrl, env = {} }: ServiceProcessOptions,
): LaunchedService & Logged {
  const lines: LogLine[] = [];
  const logged = (message?: string) => lines.filter(({ msg }) => message === undefined || msg === message);
  const service = launchServiceProcess(name, {
    natsUrl,
    env: { LOG_LEVEL: 'info', ...env },
    onLog(line) {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null) lines.push({ ...parsed });
    },
  });
  return {
    ...service,
    logged,
    awaitLog: (message) =>
      eventually(() => {
        const [first] = logged(message);
        assert.ok(first !== undefined, `nothing was logged as "${message}"`);
        return first;
      }),
  };
}

/** Starts the service and resolves when it answers. */
export async function startLoggedService(
  name: string,
  options: ServiceProcessOptions,
): Promise<LoggedService> {
  const launched = launchLoggedService(name, options);
  const service = await launched.ready;
  return { ...launched, ...service, ...createHttpClient(service.url) };
}
