/** Several replicas of the laptop service, any of which a test may end without a word and start again. */

import { startServiceProcess, type ServiceProcess } from '../process/service-process.ts';

export type Replicas = {
  /** The collections of those that run now: `http://127.0.0.1:5000/laptops`. */
  urls(): string[];
  /** The processes that run now. */
  readonly processes: readonly ServiceProcess[];
  /** Ends one, by default without a word, and starts another in its place as soon as it is gone. */
  replace(index: number, signal?: NodeJS.Signals): Promise<void>;
};

export type ReplicasOptions = {
  readonly natsUrl: string;
  readonly count: number;
  defer(close: () => unknown): void;
  /** More environment variables for every one of them. */
  readonly env?: Readonly<Record<string, string>>;
};

export async function startReplicas({ natsUrl, count, defer, env }: ReplicasOptions): Promise<Replicas> {
  const running = new Set<ServiceProcess>();
  defer(() => Promise.all(Array.from(running, (service) => service.stop('SIGKILL'))));

  async function start(): Promise<ServiceProcess> {
    const service = await startServiceProcess('laptops', { natsUrl, ...(env !== undefined && { env }) });
    running.add(service);
    return service;
  }

  const places = await Promise.all(Array.from({ length: count }, start));
  return {
    urls: () => places.filter((service) => running.has(service)).map(({ url }) => `${url}/laptops`),

    get processes() {
      return places.filter((service) => running.has(service));
    },

    async replace(index, signal = 'SIGKILL') {
      const service = places[index];
      if (service === undefined) throw new RangeError(`there is no replica ${index}`);
      running.delete(service);
      await service.stop(signal);
      places[index] = await start();
    },
  };
}
