/** Serialises the commands for one entity, so that concurrent commands in one process do not conflict. */

import type { Id } from '../domain/entity-id.ts';

export type KeyedQueue = {
  /** Runs `task` after all earlier tasks with the same key have settled. */
  run<T>(key: Id, task: () => Promise<T>): Promise<T>;
};

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<Id, Promise<unknown>>();

  return {
    run(key, task) {
      const previous = tails.get(key);
      const result = previous === undefined ? task() : previous.then(task, task);
      tails.set(key, result);
      const cleanUp = () => {
        if (tails.get(key) === result) tails.delete(key);
      };
      result.then(cleanUp, cleanUp);
      return result;
    },
  };
}
