/** Runs a service with a broker of its own, for tests of the whole service. */

import { createClient, type Client } from '../client/create-client.ts';
import type { DefinedService, ServiceTypes } from '../domain/service/service.ts';

export type TestService<Types extends ServiceTypes> = {
  /** Typed HTTP client of the service. */
  readonly client: Client<Types>;
  /** Base URL of the service: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Base URL of the probes and the metrics. */
  readonly probeUrl: string;
  readonly natsUrl: string;
  /** Stops the service and the broker, and deletes the data. */
  close(): Promise<void>;
};

export type TestServiceOptions = {
  /** Environment variables of the service, in addition to those of this process. Default: `LOG_LEVEL` is `warn`. */
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * Starts a nats-server (the one that NATS_SERVER names, or the first one on PATH) with its data in a temporary folder, creates
 * the streams of the service, and starts the service in a process of its own. All ports are free ones.
 *
 * @throws Error if nats-server is not installed, or if the service does not start.
 */
export async function testService<Types extends ServiceTypes>(
  service: DefinedService<Types>,
  { env = {} }: TestServiceOptions = {},
): Promise<TestService<Types>> {
  // Tests of rules import this module, too, and do not need a broker.
  const { startForTest } = await import('../launch/start-for-test.ts');
  const { url, ...started } = await startForTest(service, env);
  return { ...started, url, client: createClient(url, service) };
}
