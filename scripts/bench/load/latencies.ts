/** How long things took, in milliseconds. */

export function summarize(latencies: number[]): { p50: number; p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/**
 * Calls `send` when each of `rate` things a second is due, and never waits for what it does: an open loop. A thing that
 * is late because the generator was, is late all the same: `due` is when it should have been sent.
 *
 * @param seconds how long; resolves then
 */
export function pace(
  rate: number,
  seconds: number,
  send: (due: number, number: number) => void,
): Promise<void> {
  const started = performance.now();
  const total = Math.round(rate * seconds);
  let sent = 0;
  return new Promise((resolve) => {
    function tick() {
      const due = Math.min(total, ((performance.now() - started) / 1000) * rate);
      while (sent < due) {
        send(started + (sent / rate) * 1000, sent);
        sent += 1;
      }
      if (sent < total) setTimeout(tick, 1);
      else resolve();
    }
    tick();
  });
}

/** Says the result to the bench and ends. */
export function answer(result: object): void {
  process.send?.(result, () => process.exit());
}

/** What the bench asked for. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function readJob<Job>(): Job {
  // The bench and its load are of one version: the job is what `runLoad` was given.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(process.argv[2] ?? '{}') as Job;
}
