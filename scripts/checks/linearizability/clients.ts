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

/** The last client of each replica only reads, so that the timeouts of writes do not hold up all clients of a replica. */
const clientsPerReplica = 3;

/** Pause of a client between two requests, in ms. It limits the length of the history, not its concurrency. */
const pauseMs = 10;

/** The same after a request with an unknown outcome. Otherwise a replica that rejects at once would fill the history. */
const unknownPauseMs = 500;

/** Added to the number of a client whose write is sent again while the client continues. */
const repeatingClients = 100;

/** Share of the successful writes that are sent again with the same key. */
const repeatShare = 0.3;

/**
 * The laptops that are in use at the same time: each is replaced after this many requests, to limit the time of the check. Two
 * are replaced often, so that some laptops are new to a leader that was cut off.
 */
const maxRequests = [800, 800, 30, 30];

/** A laptop is also replaced after this many writes with an unknown outcome. */
const maxUnknown = 6;

export function startClients(urls: readonly string[], seed: number): Clients {
  const random = createRandom(seed);
  const history: Operation[] = [];
  const repeats: Promise<void>[] = [];
  const laptops = createLaptops();
  let stopped = false;

  async function run(client: number, url: string): Promise<void> {
    const isReader = (client + 1) % clientsPerReplica === 0;
    const versions = new Map<number, number>();
    for (let turn = 1; !stopped; turn++) {
      const laptop = laptops.pick(random());
      const title = `client ${client} turn ${turn}`;
      const request = isReader
        ? chooseRead(client, laptop, random())
        : choose(client, laptop, title, versions.get(laptop), random);
      const operation = await perform(url, request);
      if (operation.version !== undefined) versions.set(laptop, operation.version);
      laptops.count(operation);
      if (request.key === undefined) history.push(operation);
      else if (operation.status === 0) repeats.push(stopOnError(repeatUnknown(operation, request)));
      else {
        history.push(operation);
        if (operation.status < 300 && random() < repeatShare) {
          history.push(await perform(pickUrl(), { ...request, repeated: true }));
        }
      }
      await sleep(operation.status === 0 ? unknownPauseMs : pauseMs);
    }
  }

  /** Sends a write with an unknown outcome again, through any replica, while its client continues. */
  async function repeatUnknown(first: Operation, request: LaptopRequest): Promise<void> {
    await sleep(unknownPauseMs);
    const second = await perform(pickUrl(), { ...request, client: request.client + repeatingClients });
    // The key makes both requests one write, which takes effect once.
    if (second.status === 0) history.push(first);
    else if (second.status < 300) history.push({ ...second, call: first.call });
    // A refusal says nothing about the first request, which the other replica may still execute.
    else history.push(first, second);
  }

  const pickUrl = (): string => urls[Math.floor(random() * urls.length)] ?? '';

  function stopOnError<T>(result: Promise<T>): Promise<T> {
    result.catch(() => (stopped = true));
    return result;
  }

  const running = stopOnError(
    Promise.all(
      urls.flatMap((url, replica) =>
        Array.from({ length: clientsPerReplica }, (_, index) =>
          run(replica * clientsPerReplica + index, url),
        ),
      ),
    ),
  );

  return {
    history,
    async stop() {
      stopped = true;
      await running;
      await Promise.all(repeats);
      for (const [client, url] of urls.entries()) {
        for (const laptop of laptops.all()) {
          const request = { client, laptop, method: 'GET' } as const;
          history.push(await perform(url, request), await perform(url, { ...request, source: 'history' }));
        }
      }
    },
  };
}

/** @param choice in [0, 1). */
function chooseRead(client: number, laptop: number, choice: number): LaptopRequest {
  const sources = [undefined, 'history', 'asOf'] as const;
  return { client, laptop, method: 'GET', source: sources[Math.floor(choice * sources.length)] };
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
  const key = title.replaceAll(' ', '-');
  if (choice < 0.35) return chooseRead(client, laptop, random());
  if (choice < 0.55) return { client, laptop, method: 'POST', title, key };
  if (choice < 0.9) return { client, laptop, method: 'PUT', title, key, ifMatch };
  return { client, laptop, method: 'DELETE', ifMatch };
}

type Usage = { readonly laptop: number; requests: number; unknown: number };

function createLaptops() {
  const inUse: Usage[] = [];
  let last = 0;
  const next = (): Usage => ({ laptop: (last += 1), requests: 0, unknown: 0 });
  for (const _ of maxRequests) inUse.push(next());

  return {
    /** @param choice in [0, 1). */
    pick: (choice: number): number => inUse[Math.floor(choice * inUse.length)]?.laptop ?? last,
    count({ laptop, method, status }: Operation): void {
      const slot = inUse.findIndex((usage) => usage.laptop === laptop);
      const usage = inUse[slot];
      if (usage === undefined) return;
      usage.requests += 1;
      if (status === 0 && method !== 'GET') usage.unknown += 1;
      if (usage.requests >= (maxRequests[slot] ?? 0) || usage.unknown >= maxUnknown) inUse[slot] = next();
    },
    /** Returns all laptops, including those that are no longer in use. */
    all: (): number[] => Array.from({ length: last }, (_, index) => index + 1),
  };
}
