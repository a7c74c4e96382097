/** Shared by the load programs: pacing, latency percentiles in ms, and communication with the benchmark process. */

export function summarize(latencies: number[]): { p50: number; p99: number } {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

/**
 * Calls `send` at a fixed `rate` per second without waiting for it (an open loop), and resolves after `seconds`, or earlier if
 * the benchmark process sends a message. `due` is the scheduled time of each call, so delays of the load generator count as
 * latency.
 */
export function pace(
  rate: number,
  seconds: number,
  send: (due: number, number: number) => void,
): Promise<void> {
  const started = performance.now();
  const total = Math.round(rate * seconds);
  let sent = 0;
  let isStopped = false;
  process.once('message', () => (isStopped = true));
  return new Promise((resolve) => {
    function tick() {
      const due = Math.min(total, ((performance.now() - started) / 1000) * rate);
      while (sent < due) {
        send(started + (sent / rate) * 1000, sent);
        sent += 1;
      }
      if (sent < total && !isStopped) setTimeout(tick, 1);
      else resolve();
    }
    tick();
  });
}

/** Sends the result to the benchmark process and exits. */
export function sendResult(result: object): void {
  process.send?.(result, () => process.exit());
}

/** Reads the job that was given to `runLoad`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function readJob<Job>(): Job {
  // Safe: the benchmark process and its load programs have the same version.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(process.argv[2] ?? '{}') as Job;
}
