/** How long the import waits for a broker that is away before it ends. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../src/kit/domain/problem.ts';

export type Patience = {
  /** Runs `task` again as long as the log is `unavailable`; throws its last problem when patience ends. */
  persist<T>(task: () => Promise<T>): Promise<T>;
};

export type PatienceOptions = {
  /** Milliseconds from a task's first failure after which it is given up. */
  readonly limitMs: number;
  /** Ends all patience at once. */
  readonly signal: AbortSignal;
  /** The first task was given up: the others will hardly do better. */
  onExhausted(): void;
};

/** The wait, in milliseconds, between two tries. */
const retryMs = 250;

export function createPatience({ limitMs, signal, onExhausted }: PatienceOptions): Patience {
  return {
    async persist(task) {
      let deadline: number | undefined;
      for (;;) {
        try {
          return await task();
        } catch (error) {
          if (!(error instanceof Problem) || error.code !== 'unavailable' || signal.aborted) throw error;
          deadline ??= Date.now() + limitMs;
          if (Date.now() + retryMs > deadline) {
            onExhausted();
            throw error;
          }
          await sleep(retryMs);
        }
      }
    },
  };
}
