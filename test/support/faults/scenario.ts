/** What every fault scenario takes and tells, so that a test and the soak run the very same one. */

/** What became of the writes of a scenario; every number but the first two has to be zero. */
export type ScenarioResult = {
  readonly rounds: number;
  /** Writes that a client was told had happened. */
  readonly acknowledged: number;
  /** Acknowledged writes that the log does not hold where the answer said. */
  readonly lost: number;
  /** Message ids that the log holds more than once. */
  readonly duplicated: number;
  /** Answers and replicas that say something else than the log. */
  readonly diverged: number;
  /** Milliseconds from the worst fault to the first answer after it; 0 where nothing has to recover. */
  readonly longestRecoveryMs: number;
  /** One line for each thing that is wrong; bounded. */
  readonly complaints: readonly string[];
};

export type ScenarioOptions = {
  readonly rounds: number;
  /** The same seed gives the same choices, though never the same timing. */
  readonly seed: number;
  /** Has `close` called when the scenario is over, however it ends; the last one given is called first. */
  defer(close: () => unknown): void;
  /** Is called with a line for a person after every round. */
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

/** What has to be closed when a scenario is over; what comes after that is closed at once. */
export type Cleanup = {
  defer(close: () => unknown): void;
  /** Closes everything, the last first, also when one of them fails; throws the first failure. */
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
 * Runs a scenario and closes what it opened.
 *
 * @param signal ends it early: what it has opened is closed under its feet, and the reason is thrown.
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
      () => reject(new Error('the scenario was ended early', { cause: signal.reason })),
      { once: true },
    ),
  );
  try {
    const running = scenario({ ...options, defer: cleanup.defer });
    // When it is aborted, nobody waits for how it fails.
    running.catch(() => undefined);
    return await Promise.race([running, aborted]);
  } finally {
    await cleanup.close();
  }
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
