import { Problem } from '../../domain/problem.ts';
import type { Freshness, StreamFreshness } from '../../eventlog/freshness.ts';

/** Wraps `freshness` so that at most `maxWaits` requests wait for a position at once. Further waits throw `unavailable`. */
export function limitWaits(freshness: Freshness, maxWaits: number): Freshness {
  let waits = 0;

  async function countWait<T>(wait: () => Promise<T>): Promise<T> {
    if (waits >= maxWaits) {
      const detail = `Too many requests are waiting for a position (limit ${maxWaits}). Retry later.`;
      throw new Problem('unavailable', detail);
    }
    waits += 1;
    try {
      return await wait();
    } finally {
      waits -= 1;
    }
  }

  const limit = (stream: StreamFreshness): StreamFreshness => ({
    get position() {
      return stream.position;
    },
    // A position that is already applied needs no wait.
    reached: (position, timeoutMs) =>
      position <= stream.position
        ? Promise.resolve(true)
        : countWait(() => stream.reached(position, timeoutMs)),
    lastPosition: (timeoutMs) => countWait(() => stream.lastPosition(timeoutMs)),
    leaderPosition: stream.leaderPosition,
  });

  const followed = Object.entries(freshness.followed).map(([name, stream]) => [name, limit(stream)]);
  return {
    stream: freshness.stream,
    own: limit(freshness.own),
    followed: Object.fromEntries(followed),
    get staleSince() {
      return freshness.staleSince;
    },
  };
}
