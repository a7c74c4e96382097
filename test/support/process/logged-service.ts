/** A service process whose log the test reads, and which speaks HTTP. */

import * as assert from 'uvu/assert';
import { eventually } from '../eventually.ts';
import { createHttpClient, type HttpClient } from '../http/http.ts';
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
  /** Every line so far whose text is `message`, of the stream `stream`; all without them. */
  logged(message?: string, stream?: string): LogLine[];
  /** Waits for such a line, and gives the first one. */
  awaitLog(message: string, stream?: string): Promise<LogLine>;
};

/** Starts the service without waiting for anything; it logs what is worth a line. */
export function launchLoggedService(
  name: string,
  { env = {}, ...options }: ServiceProcessOptions,
): LaunchedService & Logged {
  const lines: LogLine[] = [];
  const logged = (message?: string, stream?: string) =>
    lines.filter(
      (line) =>
        (message === undefined || line['msg'] === message) &&
        (stream === undefined || line['stream'] === stream),
    );
  const service = launchServiceProcess(name, {
    ...options,
    env: { LOG_LEVEL: 'info', ...env },
    onLog(line) {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null) lines.push({ ...parsed });
    },
  });
  return {
    ...service,
    logged,
    awaitLog: (message, stream) =>
      eventually(() => {
        const [first] = logged(message, stream);
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
