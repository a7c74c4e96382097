/** Starts several replicas of the laptop service that a test can kill and replace. */

import { startServiceProcess, type ServiceProcess } from '../process/service-process.ts';

export type Replicas = {
  /** Collection URLs of the running replicas: `http://127.0.0.1:5000/laptops`. */
  urls(): string[];
  /** The running replicas. */
  readonly processes: readonly ServiceProcess[];
  /** Sends `signal`, by default SIGKILL, to a replica and starts another one when it has exited. */
  replace(index: number, signal?: NodeJS.Signals): Promise<void>;
};

export type ReplicasOptions = {
  readonly natsUrl: string;
  readonly count: number;
  defer(close: () => unknown): void;
  /** Additional environment variables of every replica. */
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

  const slots = await Promise.all(Array.from({ length: count }, start));
  return {
    urls: () => slots.filter((service) => running.has(service)).map(({ url }) => `${url}/laptops`),

    get processes() {
      return slots.filter((service) => running.has(service));
    },

    async replace(index, signal = 'SIGKILL') {
      const service = slots[index];
      if (service === undefined) throw new RangeError(`replica ${index} does not exist`);
      running.delete(service);
      await service.stop(signal);
      slots[index] = await start();
    },
  };
}
