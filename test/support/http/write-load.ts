/** Continuous write load from several clients, so that every fault hits writes in flight. */

import { setTimeout as sleep } from 'node:timers/promises';
import { isAcknowledged, sendWithRetry, type WriteResult, type Write } from './idempotent-client.ts';
import { createRandom } from '../faults/scenario.ts';

export type WriteLoadOptions = {
  /** Collection URLs of the running replicas: `http://127.0.0.1:5000/laptops`. Called before each attempt. */
  urls(): readonly string[];
  readonly seed: number;
  /** Number of concurrent writers; default 6. */
  readonly clients?: number;
  /** Writes use the ids from `firstId` to `firstId + ids - 1`. A small range makes writers conflict. */
  readonly firstId?: number;
  readonly ids?: number;
  /** Pause of a writer between two writes, in ms; default 0. */
  readonly pauseMs?: number;
  /** Headers of every write. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before every retry. */
  onRetry?(reason: string): void;
};

export type WriteLoad = {
  /** Every definite response so far. */
  readonly results: readonly WriteResult[];
  /** Total number of retries. */
  readonly retries: number;
  /** Resolves with the next acknowledged write whose first attempt was at or after `time` (ms since the epoch). */
  acknowledgedAfter(time: number): Promise<WriteResult>;
  /** Starts no more writes and waits for those in flight. Throws if a write never got a definite response. */
  stop(): Promise<readonly WriteResult[]>;
  /** Stops immediately and cancels the writes in flight. */
  abort(): void;
};

type Waiter = { readonly after: number; resolve(result: WriteResult): void; reject(error: unknown): void };

export function startWriteLoad({
  urls,
  seed,
  clients = 6,
  firstId = 1,
  ids = 40,
  pauseMs = 0,
  headers = {},
  onRetry,
}: WriteLoadOptions): WriteLoad {
  const random = createRandom(seed);
  const results: WriteResult[] = [];
  const waiters = new Set<Waiter>();
  let retries = 0;
  const controller = new AbortController();
  let stopped = false;
  let written = 0;

  function nextUrl(): string {
    const all = urls();
    const url = all[Math.floor(random() * all.length)];
    if (url === undefined) throw new Error('no replica is running');
    return url;
  }

  function chooseWrite(): Write {
    const id = firstId + Math.floor(random() * ids);
    // A unique title ensures that no PUT is a no-op.
    const body = { title: `title ${(written += 1)}`, model: 'M1' };
    const choice = random();
    if (choice < 0.4) return { method: 'POST', id, body };
    if (choice < 0.85) return { method: 'PUT', id, body };
    return { method: 'DELETE', id };
  }

  async function write() {
    while (!stopped) {
      const sent = Date.now();
      const result = await sendWithRetry(nextUrl, chooseWrite(), {
        signal: controller.signal,
        headers,
        onRetry(reason) {
          retries += 1;
          onRetry?.(reason);
        },
      });
      results.push(result);
      if (pauseMs > 0) await sleep(pauseMs);
      if (!isAcknowledged(result)) continue;
      for (const waiter of waiters) {
        if (sent < waiter.after) continue;
        waiters.delete(waiter);
        waiter.resolve(result);
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, write));
  running.catch((error: unknown) => {
    stopped = true;
    for (const waiter of waiters) waiter.reject(error);
  });

  return {
    results,
    get retries() {
      return retries;
    },
    acknowledgedAfter: (after) => new Promise((resolve, reject) => waiters.add({ after, resolve, reject })),
    async stop() {
      stopped = true;
      await running;
      return results;
    },
    abort() {
      stopped = true;
      controller.abort(new Error('the write load was aborted'));
    },
  };
}
