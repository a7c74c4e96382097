import { setTimeout as sleep } from 'node:timers/promises';

export type ReadLoad = {
  /** Number of successful reads. */
  readonly completed: number;
  /** One line for each failed read. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
};

/** Timeout of a read, in ms. */
const timeoutMs = 15_000;
/** Pause between two reads of a client, in ms. */
const pauseMs = 5;

/** Starts one client per URL (`http://127.0.0.1:5000/laptops`) that reads continuously and records failures. */
export function startReadLoad(urls: readonly string[]): ReadLoad {
  const failures: string[] = [];
  let completed = 0;
  let stopped = false;

  async function read(url: string) {
    while (!stopped) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
        await response.arrayBuffer();
        if (response.status === 200) completed += 1;
        else failures.push(`${url}: status ${response.status}`);
      } catch (error) {
        failures.push(`${url}: ${String(error)}`);
      }
      await sleep(pauseMs);
    }
  }
  const running = urls.map(read);

  return {
    get completed() {
      return completed;
    },
    failures,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}
