/** The position of a view, with a queue of readers that wait for later positions. */

import sortedBTree from 'sorted-btree';

type Waiter = (reached: boolean) => void;

export type PositionClock = {
  /** Last applied position; 0 before the first message. */
  readonly position: number;
  /** Sets the position and resolves the waits that it satisfies. An earlier position is ignored. */
  advance(position: number): void;
  /** Resolves with true when `position` has been applied, or with false after the timeout. Never rejects. */
  reached(position: number, timeoutMs: number): Promise<boolean>;
};

export function createPositionClock(start = 0): PositionClock {
  const waiting = new sortedBTree.default<number, Set<Waiter>>();
  let current = start;
  /** Lowest position that a reader waits for. */
  let lowestTarget = Infinity;

  return {
    get position() {
      return current;
    },

    advance(position) {
      current = Math.max(current, position);
      while (lowestTarget <= current) {
        const waiters = waiting.get(lowestTarget);
        waiting.delete(lowestTarget);
        lowestTarget = waiting.minKey() ?? Infinity;
        for (const notify of waiters ?? []) notify(true);
      }
    },

    reached(position, timeoutMs) {
      if (position <= current) return Promise.resolve(true);
      return new Promise((resolve) => {
        const notify: Waiter = (reached) => {
          clearTimeout(timer);
          resolve(reached);
        };
        const waiters = waiting.get(position) ?? new Set();
        waiting.set(position, waiters.add(notify));
        const timer = setTimeout(() => {
          waiters.delete(notify);
          if (waiters.size === 0) waiting.delete(position);
          lowestTarget = waiting.minKey() ?? Infinity;
          notify(false);
        }, timeoutMs);
        lowestTarget = Math.min(lowestTarget, position);
      });
    },
  };
}
