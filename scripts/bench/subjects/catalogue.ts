/** The catalogue of all compared servers: laptops 1 to n, each with the same two charging ports. */

import type { NatsConnection } from 'nats';
import { eventually } from '../../../test/support/eventually.ts';
import { addedEvent, publishEvents } from './laptops.ts';
import { captureResponses, startFastApi, startFlask, startNodeHttp, type Peer } from './peers.ts';
import { startReplicas, type Replica } from './portside.ts';
import type { HttpRequest } from '../load/http-load.ts';
import type { Bench } from '../rounds.ts';

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

/** Starts a replica of each checkout with the catalogue. Resolves when they show the names of the ports. */
export async function startCatalogue(
  bench: Pick<Bench, 'scope' | 'checkouts'>,
  laptops: number,
): Promise<Replica[]> {
  const replicas = await startReplicas(bench, '2m', (nc) => publishCatalogue(nc, laptops));
  // The names come from the other stream, which is replayed independently.
  for (const { server } of replicas)
    await eventually(async () => {
      const laptop = await (await fetch(`${server.url}/laptops/${laptops}`)).text();
      if (!portNames.every((name) => laptop.includes(name))) throw new Error(`incomplete: ${laptop}`);
    });
  return replicas;
}

export type ReadServers = { readonly subject: string; readonly server: Peer }[];

/**
 * Starts Portside and the servers that it is compared with, all with the same laptops.
 *
 * @param requests the requests that will be sent
 */
export async function startReadServers(
  bench: Pick<Bench, 'scope' | 'checkouts'>,
  laptops: number,
  requests: readonly HttpRequest[],
): Promise<ReadServers> {
  const { scope } = bench;
  const replicas = await startCatalogue(bench, laptops);
  const responses = await captureResponses(replicas[0]?.server.url ?? '', requests);
  return [
    ...replicas.map(({ suffix, server }) => ({ subject: `Portside${suffix}`, server })),
    { subject: 'node:http, same bytes', server: await startNodeHttp(scope, responses) },
    { subject: 'FastAPI on uvicorn', server: await startFastApi(scope, laptops) },
    { subject: 'Flask on gunicorn, 2 workers', server: await startFlask(scope, laptops) },
  ];
}
