/** A broker with the streams of parcels, vans and labels, and replicas of these services. */

import { fileURLToPath } from 'node:url';
import { provisionStreams } from '../../../../src/kit/nats/provisioning/provisioning.ts';
import { connectForTest, startTestBroker } from '../../broker/broker.ts';
import { startLoggedService, type LoggedService } from '../../process/logged-service.ts';

/** Messages after which a snapshot is written. */
const snapshotEvery = 10;

export async function startParcelSystem() {
  const broker = await startTestBroker();
  const { connection, jsm } = await connectForTest(broker);
  const { nc } = connection;
  await provisionStreams(nc, fileURLToPath(new URL('streams', import.meta.url)));
  const started: LoggedService[] = [];

  return {
    broker,
    nc,
    jsm,
    async start(name: 'parcels' | 'vans' | 'labels'): Promise<LoggedService> {
      const service = await startLoggedService(name, {
        natsUrl: broker.url,
        entry: new URL(`${name}-main.ts`, import.meta.url),
        env: { SNAPSHOT_EVERY: String(snapshotEvery) },
      });
      started.push(service);
      return service;
    },
    async close() {
      await Promise.all(started.map((service) => service.stop()));
      await nc.close();
      await broker.close();
    },
  };
}

/** Headers of a read that includes everything that was acknowledged before. */
export const latest = { headers: { 'Wait-For-Position': 'latest' } };
