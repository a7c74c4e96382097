/** Interface of the fault scenarios, which run in tests and in the soak test. */

/** Result of a scenario. A correct system has `lost`, `duplicated` and `diverged` equal to 0. */
export type ScenarioResult = {
  readonly rounds: number;
  /** Number of acknowledged writes. */
  readonly acknowledged: number;
  /** Acknowledged writes that are not stored at the acknowledged position. */
  readonly lost: number;
  /** Message ids that are stored more than once. */
  readonly duplicated: number;
  /** Responses and replicas that contradict the stream. */
  readonly diverged: number;
  /** Longest time from a fault to recovery, in ms; 0 if the scenario measures no recovery. */
  readonly longestRecoveryMs: number;
  /** Descriptions of the errors found, at most 20. */
  readonly complaints: readonly string[];
};

export type ScenarioOptions = {
  readonly rounds: number;
  /** Makes random choices repeatable. Timing still differs. */
  readonly seed: number;
  /** Registers a cleanup function. Cleanup functions are called in reverse order when the scenario ends or fails. */
  defer(close: () => unknown): void;
  /** Called with a progress message after every round. */
  report?(line: string): void;
};

export type Scenario = (options: ScenarioOptions) => Promise<ScenarioResult>;

export const emptyResult: ScenarioResult = {
  rounds: 0,
  acknowledged: 0,
  lost: 0,
  duplicated: 0,
  diverged: 0,
  longestRecoveryMs: 0,
  complaints: [],
};

const maxComplaints = 20;

export function addResults(a: ScenarioResult, b: ScenarioResult): ScenarioResult {
  return {
    rounds: a.rounds + b.rounds,
    acknowledged: a.acknowledged + b.acknowledged,
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    diverged: a.diverged + b.diverged,
    longestRecoveryMs: Math.max(a.longestRecoveryMs, b.longestRecoveryMs),
    complaints: [...a.complaints, ...b.complaints].slice(0, maxComplaints),
  };
}

export type Cleanup = {
  /** Registers a cleanup function. After `close`, it is called immediately. */
  defer(close: () => unknown): void;
  /** Calls all cleanup functions in reverse order, even if one of them fails. Throws the first error. */
  close(): Promise<void>;
};

export function createCleanup(): Cleanup {
  const closers: (() => unknown)[] = [];
  let isClosed = false;

  async function close() {
    isClosed = true;
    const failures: unknown[] = [];
    for (let next = closers.pop(); next !== undefined; next = closers.pop()) {
      try {
        await next();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  return {
    defer(next) {
      closers.push(next);
      if (isClosed) void close().catch(() => undefined);
    },
    close,
  };
}

/**
 * Runs a scenario and its cleanup functions.
 *
 * @param signal aborts the scenario: its resources are closed while it is running, and an error is thrown.
 */
export async function runScenario(
  scenario: Scenario,
  options: Omit<ScenarioOptions, 'defer'>,
  signal?: AbortSignal,
): Promise<ScenarioResult> {
  const cleanup = createCleanup();
  const aborted = new Promise<never>((_resolve, reject) =>
    signal?.addEventListener(
      'abort',
      () => reject(new Error('the scenario was aborted', { cause: signal.reason })),
      { once: true },
    ),
  );
  try {
    const running = scenario({ ...options, defer: cleanup.defer });
    // After an abort, errors of the scenario are ignored.
    running.catch(() => undefined);
    return await Promise.race([running, aborted]);
  } finally {
    await cleanup.close();
  }
}

/** Pseudo-random number generator (mulberry32). Returns numbers in [0, 1) that depend only on the seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
