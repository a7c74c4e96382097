/** Latency of acknowledged appends, measured by this replica. */
export type AppendLatency = {
  /** Appends acknowledged since the process started. */
  readonly count: number;
  record(milliseconds: number): void;
  /** Returns a quantile (0.5 is the median) of the last 200 latencies, in ms; undefined before the first append. */
  quantile(fraction: number): number | undefined;
};

const windowSize = 200;

export function createAppendLatency(): AppendLatency {
  const milliseconds: number[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    record(value) {
      milliseconds[count % windowSize] = value;
      count += 1;
    },
    quantile(fraction) {
      const sorted = milliseconds.toSorted((one, other) => one - other);
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
    },
  };
}
