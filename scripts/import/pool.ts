export type Pool = {
  /** Waits until fewer than `limit` tasks are in flight, then starts `task` and resolves. The task must not reject. */
  start(task: () => Promise<void>): Promise<void>;
  /** Resolves when no task is in flight. */
  drain(): Promise<void>;
};

/** Limits the number of tasks in flight. Calls of `start` and `drain` must be awaited one at a time. */
export function createPool(limit: number): Pool {
  let inFlight = 0;
  let wake: () => void = () => undefined;

  const nextCompletion = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  return {
    async start(task) {
      while (inFlight >= limit) await nextCompletion();
      inFlight += 1;
      void task().finally(() => {
        inFlight -= 1;
        wake();
      });
    },

    async drain() {
      while (inFlight > 0) await nextCompletion();
    },
  };
}
