/** A broker with monitoring, and one replica of each service, for the doctor to examine. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer, type NatsServer } from '../../../src/kit/launch/nats-server.ts';
import { findNatsServer } from '../../../scripts/setup/programs/nats-server.mjs';
import { serveEndpoints, type Endpoint } from '../../../src/kit/nats/services/endpoints.ts';
import { connectForTest } from '../broker/broker.ts';
import { startServiceProcess } from '../process/service-process.ts';

/** The fake replica that {@link startDoctorSystem}'s `announce` registers. */
export const fakeReplica = 'other-1';

export const program = (await findNatsServer())?.path ?? '';

/** Returns the doctor's configuration for a server. */
export function environmentOf({ url, monitorUrl = '' }: NatsServer): Record<string, string> {
  return { NATS_URL: url, NATS_MONITOR_URL: monitorUrl };
}

export async function startDoctorSystem() {
  const folder = mkdtempSync(join(tmpdir(), 'portside-doctor-'));
  const broker = await startNatsServer({ program, dataDir: join(folder, 'one'), port: 0, monitorPort: 0 });
  const { connection, jsm } = await connectForTest(broker);
  const { nc } = connection;
  const serviceOptions = { natsUrl: broker.url, env: { SNAPSHOT_EVERY: '1' } };
  const start = (name: string) => startServiceProcess(name, serviceOptions);
  const [laptops, ports] = await Promise.all([start('laptops'), start('ports')]);
  const stops = [laptops.stop, ports.stop];

  return {
    folder,
    broker,
    nc,
    jsm,
    env: environmentOf(broker),
    laptops,
    ports,
    /** Starts another replica of a service. */
    async start(name: string) {
      const replica = await start(name);
      stops.push(replica.stop);
      return replica;
    },
    /** Registers a fake replica that reports the given status. Returns a function that removes it. */
    announce(
      name: string,
      status: () => { position: number; entities: number; rejected: number },
      endpoints: readonly Endpoint[] = [],
    ) {
      return serveEndpoints({
        nc,
        name,
        version: '0.0.1',
        description: 'a test double',
        endpoints,
        status: () => ({ replica: fakeReplica, ...status() }),
      });
    },
    /** Publishes a message and returns its position. */
    async publish(subject: string, payload: string): Promise<number> {
      const { seq } = (await nc.request(subject, payload)).json<{ seq: number }>();
      return seq;
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await nc.close();
      await broker.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
