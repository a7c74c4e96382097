/** Clients that read all the time, and what they were not answered. */

import { setTimeout as sleep } from 'node:timers/promises';

export type ReadLoad = {
  /** How many reads were answered. */
  readonly answered: number;
  /** A line for each read that got no answer, or a wrong one. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
};

/** Milliseconds that one read may take. */
const timeoutMs = 15_000;
/** Milliseconds between two reads of one client. */
const pauseMs = 5;

/** One client for each address, `http://127.0.0.1:5000/laptops`: none of them may ever fail. */
export function startReadLoad(urls: readonly string[]): ReadLoad {
  const failures: string[] = [];
  let answered = 0;
  let stopped = false;

  async function read(url: string) {
    while (!stopped) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        await response.arrayBuffer();
        if (response.status === 200) answered += 1;
        else failures.push(`${url} answers ${response.status}`);
      } catch (error) {
        failures.push(`${url}: ${String(error)}`);
      }
      await sleep(pauseMs);
    }
  }
  const running = urls.map(read);

  return {
    get answered() {
      return answered;
    },
    failures,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
