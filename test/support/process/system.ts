/** The whole system of one test file: a broker with its streams, and as many replicas of the services as are started. */

import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { connectForTest, startTestBroker, type TestBroker } from '../broker/broker.ts';
import { createHttpClient, type HttpClient } from '../http/http.ts';
import { startServiceProcess, type ServiceProcess, type ServiceProcessOptions } from './service-process.ts';

/** A replica of a service, as clients see it. */
export type Replica = ServiceProcess & HttpClient;

export type TestSystem = {
  readonly broker: TestBroker;
  /** The test's own connection. */
  readonly connection: Connection;
  readonly jsm: JetStreamManager;
  /**
   * Starts one more replica of `laptops` or `ports`; resolves when it answers.
   *
   * @param options what it is told; `natsUrl` may name something that stands between it and the broker
   */
  start(name: string, options?: Partial<Pick<ServiceProcessOptions, 'natsUrl' | 'env'>>): Promise<Replica>;
  /** How many messages the log holds on a subject such as `laptops.events.1`; a wildcard counts all that match. */
  countMessages(subject: string): Promise<number>;
  /** Ends all that was started and removes its data. */
  close(): Promise<void>;
};

export async function startTestSystem(): Promise<TestSystem> {
  const broker = await startTestBroker();
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
