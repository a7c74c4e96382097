/** How far a fold has come, and who waits for it to come further. */

import sortedBTree from 'sorted-btree';

type Waiter = (reached: boolean) => void;

export type PositionClock = {
  /** The last position applied, 0 before the first. */
  readonly position: number;
  /** Moves on to `position` and wakes those who waited for it; going back is ignored. */
  advance(position: number): void;
  /** Resolves true once `position` is applied, false after `timeoutMs` milliseconds without it. Never rejects. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
};

export function createPositionClock(start = 0): PositionClock {
  const waiting = new sortedBTree.default<number, Set<Waiter>>();
  let current = start;
  let nextWaitedFor = Infinity;

  function wakeUpTo(position: number) {
    while (nextWaitedFor <= position) {
      const waiters = waiting.get(nextWaitedFor);
      waiting.delete(nextWaitedFor);
      nextWaitedFor = waiting.minKey() ?? Infinity;
      for (const wake of waiters ?? []) wake(true);
    }
  }

  return {
    get position() {
      return current;
    },

    advance(position) {
      if (position <= current) return;
      current = position;
      if (nextWaitedFor <= position) wakeUpTo(position);
    },

    reached(position, timeoutMs) {
      if (position <= current) return Promise.resolve(true);
      return new Promise((resolve) => {
        const wake: Waiter = (reached) => {
          clearTimeout(timer);
          resolve(reached);
        };
        const timer = setTimeout(() => {
          const waiters = waiting.get(position);
          waiters?.delete(wake);
          if (waiters?.size === 0) waiting.delete(position);
          nextWaitedFor = waiting.minKey() ?? Infinity;
          wake(false);
        }, timeoutMs);
        const waiters = waiting.get(position);
        if (waiters === undefined) waiting.set(position, new Set([wake]));
        else waiters.add(wake);
        nextWaitedFor = Math.min(nextWaitedFor, position);
      });
    },
  };
}
