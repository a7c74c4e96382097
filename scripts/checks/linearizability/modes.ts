/** The faults, each with its repair. */

import type { System } from './system.ts';

export type Mode = {
  readonly description: string;
  /** Duration of the fault, in ms. */
  readonly faultMs: number;
  /** Causes the fault and returns the function that repairs it. */
  inject(system: System): Promise<() => Promise<void>>;
};

/**
 * Longer than an election, which the servers start 4 to 9 s after the last message from the leader, so that the fault covers
 * the time without a new leader and the time with one. The old leader gives up after 10 to 20 s.
 */
const longFaultMs = 15_000;

export const modes: Readonly<Record<string, Mode>> = {
  control: {
    description: 'no fault',
    faultMs: 5_000,
    inject: () => Promise.resolve(() => Promise.resolve()),
  },
  crash: {
    description: 'the leader is killed and started again',
    faultMs: 12_000,
    async inject(system) {
      const leader = await system.leader();
      await leader.kill();
      return leader.restart;
    },
  },
  freeze: {
    description: 'the leader is suspended (SIGSTOP)',
    faultMs: longFaultMs,
    async inject(system) {
      const leader = await system.leader();
      await leader.freeze();
      return () => Promise.resolve(leader.unfreeze());
    },
  },
  partition: {
    description: 'the leader is cut off from everything',
    faultMs: longFaultMs,
    async inject(system) {
      const { host } = await system.leader();
      await system.network.isolate(host);
      return system.network.heal;
    },
  },
  'cut-peers': {
    description: 'the leader is cut off from the other servers only',
    faultMs: longFaultMs,
    async inject({ network, servers, leader }) {
      const cut = await leader();
      for (const { host } of servers) if (host !== cut.host) await network.cut(cut.host, host);
      return network.heal;
    },
  },
};
