/** The system under test: a broker with provisioned streams, and replicas of the services. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import {
  connectForTest,
  startTestBroker,
  type TestBroker,
  type TestBrokerOptions,
} from '../broker/broker.ts';
import { createHttpClient, type HttpClient } from '../http/http.ts';
import { startServiceProcess, type ServiceProcess, type ServiceProcessOptions } from './service-process.ts';

/** A replica of a service with an HTTP client. */
export type Replica = ServiceProcess & HttpClient;

export type TestSystem = {
  readonly broker: TestBroker;
  /** Connection of the test itself. */
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /**
   * Starts a replica of `laptops` or `ports` and resolves when it is ready.
   *
   * @param options `natsUrl` may be the address of a proxy in front of the broker.
   */
  start(
    name: string,
    options?: Partial<Pick<ServiceProcessOptions, 'natsUrl' | 'env' | 'entry'>>,
  ): Promise<Replica>;
  /** Returns the number of stored messages on a subject such as `laptops.events.1`, which may contain wildcards. */
  countMessages(subject: string): Promise<number>;
  /** Stops all processes and removes the data. */
  close(): Promise<void>;
};

export async function startTestSystem(options: TestBrokerOptions = {}): Promise<TestSystem> {
  const broker = await startTestBroker(options);
  const { connection, jsm } = await connectForTest(broker);
  const replicas: Replica[] = [];

  return {
    broker,
    connection,
    jsm,

    async start(name, options = {}) {
      const service = await startServiceProcess(name, { natsUrl: broker.url, ...options });
      const replica = { ...service, ...createHttpClient(service.url) };
      replicas.push(replica);
      return replica;
    },

    async countMessages(subject) {
      const stream = await jsm.streams.find(subject);
      const { state } = await jsm.streams.info(stream, { subjects_filter: subject });
      return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    },

    async close() {
      await Promise.all(replicas.map((replica) => replica.stop()));
      await connection.nc.close();
      await broker.close();
    },
  };
}
