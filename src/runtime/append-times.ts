/** How long the broker takes to acknowledge an append, as this replica sees it. */

import type { DomainEvent } from '../core/decider.ts';
import type { EventStore } from '../core/event-store.ts';

export type AppendTimes = {
  /** How many appends were acknowledged since the process started. */
  readonly count: number;
  /** Milliseconds in which a share of the newest ones was acknowledged (0.5: the median); undefined before the first. */
  quantile(share: number): number | undefined;
};

/** The newest so many are kept. */
const kept = 200;

/** @returns the store with its appends timed, and the times. */
export function timeAppends<Event extends DomainEvent>(
  store: EventStore<Event>,
): { readonly store: EventStore<Event>; readonly times: AppendTimes } {
  const milliseconds: number[] = [];
  let count = 0;
  return {
    store: {
      ...store,
      async append(append) {
        const started = performance.now();
        const result = await store.append(append);
        if (result.outcome === 'written') {
          milliseconds[count % kept] = performance.now() - started;
          count += 1;
        }
        return result;
      },
    },
    times: {
      get count() {
        return count;
      },
      quantile(share) {
        const sorted = milliseconds.toSorted((one, other) => one - other);
        return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
      },
    },
  };
}
