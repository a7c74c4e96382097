/** Keeps a bounded number of tasks in flight, and holds back whoever brings more. */

export type Pool = {
  /** Starts `task` once there is room for it; resolves then, not when it has ended. The task must not reject. */
  start(task: () => Promise<void>): Promise<void>;
  /** Resolves when no task is in flight. */
  drain(): Promise<void>;
};

/** For one caller at a time, who awaits each call before the next one. */
export function createPool(limit: number): Pool {
  let inFlight = 0;
  let wake: () => void = () => undefined;

  const nextEnd = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });

  return {
    async start(task) {
      while (inFlight >= limit) await nextEnd();
      inFlight += 1;
      void task().finally(() => {
        inFlight -= 1;
        wake();
      });
    },

    async drain() {
      while (inFlight > 0) await nextEnd();
    },
  };
}
