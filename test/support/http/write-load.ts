/** Several clients that write all the time, so that a fault always hits writes that are under way. */

import { isAcknowledged, sendUntilAnswered, type Answer, type Write } from './idempotent-client.ts';
import { createRandom } from '../faults/scenario.ts';

export type WriteLoadOptions = {
  /** The replicas' collections, `http://127.0.0.1:5000/laptops`; asked anew for every try, as replicas come and go. */
  urls(): readonly string[];
  readonly seed: number;
  /** How many write at once; default 6. */
  readonly clients?: number;
  /** The ids are this one and the next `ids`; few of them make writers meet. */
  readonly firstId?: number;
  readonly ids?: number;
};

export type WriteLoad = {
  /** Every definite answer so far. */
  readonly answers: readonly Answer[];
  /** How often a write had to be sent again. */
  readonly retries: number;
  /** Resolves with the first acknowledgement of a write that was sent at or after `time` (milliseconds since 1970). */
  acknowledgedAfter(time: number): Promise<Answer>;
  /** Ends the load when every write that is under way has its answer. Throws when one never got it. */
  stop(): Promise<readonly Answer[]>;
  /** Ends it, whatever becomes of the writes that are under way. */
  abandon(): void;
};

type Waiter = { readonly after: number; resolve(answer: Answer): void; reject(error: unknown): void };

export function startWriteLoad({
  urls,
  seed,
  clients = 6,
  firstId = 1,
  ids = 40,
}: WriteLoadOptions): WriteLoad {
  const random = createRandom(seed);
  const answers: Answer[] = [];
  const waiters = new Set<Waiter>();
  let retries = 0;
  const abandoned = new AbortController();
  let stopped = false;
  let written = 0;

  function nextUrl(): string {
    const all = urls();
    const url = all[Math.floor(random() * all.length)];
    if (url === undefined) throw new Error('no replica is there');
    return url;
  }

  function chooseWrite(): Write {
    const id = firstId + Math.floor(random() * ids);
    // Every write says something new, so that no change is one that changes nothing.
    const body = { title: `title ${(written += 1)}`, model: 'M1' };
    const choice = random();
    if (choice < 0.4) return { method: 'POST', id, body };
    if (choice < 0.85) return { method: 'PUT', id, body };
    return { method: 'DELETE', id };
  }

  async function write() {
    while (!stopped) {
      const sent = Date.now();
      const answer = await sendUntilAnswered(nextUrl, chooseWrite(), {
        signal: abandoned.signal,
        onRetry: () => (retries += 1),
      });
      answers.push(answer);
      if (!isAcknowledged(answer)) continue;
      for (const waiter of waiters) {
        if (sent < waiter.after) continue;
        waiters.delete(waiter);
        waiter.resolve(answer);
      }
    }
  }

  const running = Promise.all(Array.from({ length: clients }, write));
  running.catch((error: unknown) => {
    stopped = true;
    for (const waiter of waiters) waiter.reject(error);
  });

  return {
    answers,
    get retries() {
      return retries;
    },
    acknowledgedAfter: (after) => new Promise((resolve, reject) => waiters.add({ after, resolve, reject })),
    async stop() {
      stopped = true;
      await running;
      return answers;
    },
    abandon() {
      stopped = true;
      abandoned.abort(new Error('the load was abandoned'));
    },
  };
}
