/** A service process with access to its log lines and an HTTP client. */

import * as assert from 'uvu/assert';
import { eventually } from '../eventually.ts';
import { createHttpClient, type HttpClient } from '../http/http.ts';
import {
  launchServiceProcess,
  type LaunchedService,
  type ServiceProcess,
  type ServiceProcessOptions,
} from './service-process.ts';

/** A parsed log line: level, message (`msg`) and structured fields. */
export type LogLine = Readonly<Record<string, unknown>>;

export type LoggedService = ServiceProcess & HttpClient & Logged;

export type Logged = {
  /** Returns the lines so far, optionally only those with this message and this `stream` field. */
  logged(message?: string, stream?: string): LogLine[];
  /** Waits for a line with this message and returns the first one. */
  awaitLog(message: string, stream?: string): Promise<LogLine>;
};

/** Starts the service with log level `info`, without waiting until it is ready. */
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
        assert.ok(first !== undefined, `"${message}" was not logged`);
        return first;
      }),
  };
}

/** Starts the service and resolves when it is ready. */
export async function startLoggedService(
  name: string,
  options: ServiceProcessOptions,
): Promise<LoggedService> {
  const launched = launchLoggedService(name, options);
  const service = await launched.ready;
  return { ...launched, ...service, ...createHttpClient(service.url) };
}
