/** Commands for one entity wait for each other, so that a process never races itself. */

export type KeyedQueue = {
  /** Runs `task` after every earlier task of the same key has ended, however it ended. */
  run<T>(key: number, task: () => Promise<T>): Promise<T>;
};

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<number, Promise<unknown>>();

  return {
    run(key, task) {
      const earlier = tails.get(key);
      const result = earlier === undefined ? task() : earlier.then(task, task);
      tails.set(key, result);
      const forget = () => {
        if (tails.get(key) === result) tails.delete(key);
      };
      result.then(forget, forget);
      return result;
    },
  };
}
