import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../src/kit/domain/problem.ts';

export type Retrier = {
  /** Runs `task`, and repeats it while it fails with `unavailable`. Rethrows the last problem after the time limit. */
  run<T>(task: () => Promise<T>): Promise<T>;
};

export type RetrierOptions = {
  /** Time from a task's first failure until it is no longer retried, in ms. */
  readonly limitMs: number;
  /** Stops all retries when aborted. */
  readonly signal: AbortSignal;
  /** Called when a task reaches the time limit, so that the caller can stop the others. */
  onExhausted(): void;
};

/** Delay between two attempts, in ms. */
const retryMs = 250;

export function createRetrier({ limitMs, signal, onExhausted }: RetrierOptions): Retrier {
  return {
    async run(task) {
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
