/** Functions that are called on every occurrence of an event. */
export type Listeners = {
  /** Number of listeners, including waits. */
  readonly size: number;
  /** Returns a function that removes the listener. */
  add(listener: () => void): () => void;
  /** Calls all listeners. */
  notify(): void;
  /** Resolves on the next occurrence, or after the timeout in ms. */
  next(timeoutMs: number): Promise<void>;
};

export function createListeners(): Listeners {
  const listeners = new Set<() => void>();

  return {
    get size() {
      return listeners.size;
    },

    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    notify() {
      for (const listener of listeners) listener();
    },

    next(timeoutMs) {
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          listeners.delete(finish);
          resolve();
        };
        const timer = setTimeout(finish, timeoutMs);
        listeners.add(finish);
      });
    },
  };
}
