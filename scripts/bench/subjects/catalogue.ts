/** The catalogue of all compared servers: laptops 1 to n, each with the same two charging ports. */

import type { NatsConnection } from 'nats';
import { eventually } from '../../../test/support/eventually.ts';
import { addedEvent, publishEvents } from './laptops.ts';
import { captureResponses, startFastApi, startFlask, startNodeHttp, type Peer } from './peers.ts';
import { startBroker, startService } from './portside.ts';
import type { ResourceScope } from '../child-processes.ts';

const portIds = [1, 2];
const portNames = ['USB-C', 'MagSafe 3'];

/** Publishes the catalogue to both streams. */
export async function publishCatalogue(nc: NatsConnection, laptops: number): Promise<void> {
  for (const [index, name] of portNames.entries()) {
    nc.publish(`ports.events.${index + 1}`, JSON.stringify({ type: 'PortAdded', name }));
  }
  await publishEvents(nc, laptops * (1 + portIds.length), (number) => {
    const id = Math.ceil(number / (1 + portIds.length));
    const portId = portIds[((number - 1) % (1 + portIds.length)) - 1];
    return { id, event: portId === undefined ? addedEvent(id) : { type: 'PortFitted', portId } };
  });
}

export type ReadServers = { readonly subject: string; readonly server: Peer }[];

/**
 * Starts Portside and the servers that it is compared with, all with the same laptops.
 *
 * @param paths the paths that will be requested
 */
export async function startReadServers(
  scope: ResourceScope,
  laptops: number,
  paths: readonly string[],
): Promise<ReadServers> {
  const broker = await startBroker(scope, '2m');
  await publishCatalogue(broker.connection.nc, laptops);
  const portside = await startService(scope, { natsUrl: broker.url });
  // The names of the ports come from the other stream, which is replayed independently.
  await eventually(async () => {
    const laptop = await (await fetch(`${portside.url}/laptops/${laptops}`)).text();
    if (!portNames.every((name) => laptop.includes(name))) throw new Error(`incomplete: ${laptop}`);
  });
  return [
    { subject: 'Portside', server: portside },
    {
      subject: 'node:http, same bytes',
      server: await startNodeHttp(scope, await captureResponses(portside.url, paths)),
    },
    { subject: 'FastAPI on uvicorn', server: await startFastApi(scope, laptops) },
    { subject: 'Flask on gunicorn, 2 workers', server: await startFlask(scope, laptops) },
  ];
}
