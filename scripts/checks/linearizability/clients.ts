/** Clients that write and read a few laptops through all replicas until they are stopped. */

import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../../../test/support/faults/scenario.ts';
import type { Operation } from './history.ts';
import { perform, type LaptopRequest } from './requests.ts';

export type Clients = {
  /** Every request that has ended. */
  readonly history: readonly Operation[];
  /** Ends the clients when their requests in flight have ended. Then reads every laptop through every replica. */
  stop(): Promise<void>;
};

const clientsPerReplica = 2;

/** Pause of a client between two requests, in ms. It limits the length of the history, not its concurrency. */
const pauseMs = 10;

/** The same after a request with an unknown outcome. Otherwise a replica that rejects at once would fill the history. */
const unknownPauseMs = 500;

/** Number of laptops that are in use at the same time. */
const laptopsInUse = 3;

/** A laptop is replaced after this many requests, or writes with an unknown outcome, to limit the time of the check. */
const maxRequests = 800;
const maxUnknown = 6;

export function startClients(urls: readonly string[], seed: number): Clients {
  const random = createRandom(seed);
  const history: Operation[] = [];
  const laptops = createLaptops();
  let stopped = false;

  async function run(client: number, url: string): Promise<void> {
    const versions = new Map<number, number>();
    for (let turn = 1; !stopped; turn++) {
      const laptop = laptops.pick(random());
      const request = choose(client, laptop, `client ${client} turn ${turn}`, versions.get(laptop), random);
      const operation = await perform(url, request);
      if (operation.version !== undefined) versions.set(laptop, operation.version);
      history.push(operation);
      laptops.count(operation);
      await sleep(operation.status === 0 ? unknownPauseMs : pauseMs);
    }
  }

  const running = Promise.all(
    urls.flatMap((url, replica) =>
      Array.from({ length: clientsPerReplica }, (_, index) => run(replica * clientsPerReplica + index, url)),
    ),
  );
  running.catch(() => (stopped = true));

  return {
    history,
    async stop() {
      stopped = true;
      await running;
      const reads = urls.flatMap((url, replica) =>
        laptops
          .all()
          .map((laptop) => ({ url, request: { client: replica, laptop, method: 'GET' } as const })),
      );
      for (const { url, request } of reads) history.push(await perform(url, request));
    },
  };
}

/** @param seen a version of the laptop that this client has seen. */
function choose(
  client: number,
  laptop: number,
  title: string,
  seen: number | undefined,
  random: () => number,
): LaptopRequest {
  const choice = random();
  const ifMatch = random() < 0.5 ? seen : undefined;
  if (choice < 0.45) return { client, laptop, method: 'GET' };
  if (choice < 0.6) return { client, laptop, method: 'POST', title };
  if (choice < 0.9) return { client, laptop, method: 'PUT', title, ifMatch };
  return { client, laptop, method: 'DELETE', ifMatch };
}

type Usage = { readonly laptop: number; requests: number; unknown: number };

function createLaptops() {
  const inUse: Usage[] = [];
  let last = 0;
  const next = (): Usage => ({ laptop: (last += 1), requests: 0, unknown: 0 });
  for (let slot = 0; slot < laptopsInUse; slot++) inUse.push(next());

  return {
    /** @param choice in [0, 1). */
    pick: (choice: number): number => inUse[Math.floor(choice * inUse.length)]?.laptop ?? last,
    count({ laptop, method, status }: Operation): void {
      const slot = inUse.findIndex((usage) => usage.laptop === laptop);
      const usage = inUse[slot];
      if (usage === undefined) return;
      usage.requests += 1;
      if (status === 0 && method !== 'GET') usage.unknown += 1;
      if (usage.requests >= maxRequests || usage.unknown >= maxUnknown) inUse[slot] = next();
    },
    /** Returns all laptops, including those that are no longer in use. */
    all: (): number[] => Array.from({ length: last }, (_, index) => index + 1),
  };
}
