/** Waiting is cheap but not free: only so many requests may wait for a position at once. */

import { Problem } from '../../domain/problem.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';

/** The same freshness, which throws `unavailable` for a wait that would be one too many. */
export function limitWaits(freshness: Freshness, maxWaits: number): Freshness {
  let waits = 0;

  async function wait<T>(begin: () => Promise<T>): Promise<T> {
    if (waits >= maxWaits) {
      throw new Problem('unavailable', `${maxWaits} requests wait for a position already; no more may.`);
    }
    waits += 1;
    try {
      return await begin();
    } finally {
      waits -= 1;
    }
  }

  const bound = (stream: StreamFreshness): StreamFreshness => ({
    get position() {
      return stream.position;
    },
    // What is here already is not waited for.
    reached: (position, timeoutMs) =>
      position <= stream.position ? Promise.resolve(true) : wait(() => stream.reached(position, timeoutMs)),
    lastPosition: () => wait(stream.lastPosition),
  });

  const followed = Object.entries(freshness.followed).map(([name, stream]) => [name, bound(stream)]);
  return {
    stream: freshness.stream,
    own: bound(freshness.own),
    followed: Object.fromEntries(followed),
    get staleSince() {
      return freshness.staleSince;
    },
  };
}
