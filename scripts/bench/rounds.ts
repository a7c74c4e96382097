/** Measures all subjects in every round, so that other load on the machine affects all of them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/kit/domain/error-message.ts';
import type { ResourceScope } from './child-processes.ts';
import type { Checkout } from './subjects/checkout.ts';
import type { Measure, Series } from './report/result.ts';

/** The context of a scenario. */
export type Bench = {
  readonly scope: ResourceScope;
  /** The checkouts to measure: this one, and with `--compare` another one. */
  readonly checkouts: readonly Checkout[];
  /** Number of measured rounds, after one warm-up round. */
  readonly rounds: number;
  /** Duration of the load in a round, in seconds. */
  readonly seconds: number;
  /** Applies `--scale` to a size. */
  size(full: number): number;
  report(line: string): void;
};

/** Results of one round, by measure name. */
export type Sample = Readonly<Record<string, number>>;

/** One subject at one value of the axis. */
export type Case = {
  readonly subject: string;
  readonly at: number;
} & (
  | { /** @param round 0 is the warm-up */ run(round: number): Promise<Sample> }
  | { /** The reason why it cannot be measured on this machine. */ readonly missing: string }
);

/** Returns the case of a server that may not be available on this machine. */
export function caseOf<Server extends object>(
  subject: string,
  at: number,
  server: Server | { readonly missing: string },
  run: (server: Server) => Promise<Sample>,
): Case {
  return 'missing' in server
    ? { subject, at, missing: server.missing }
    : { subject, at, run: () => run(server) };
}

export type CaseResult = {
  readonly subject: string;
  readonly at: number;
  readonly samples: readonly Sample[];
  readonly missing?: string;
};

/** Timeout of a case in a round, in ms. A case that times out is not measured in later rounds. */
const roundTimeoutMs = 240_000;

/**
 * Runs every case once per round, alternating between the given and the reverse order. A failing case is reported with its error;
 * the other cases continue.
 */
export async function runRounds(
  { scope, rounds, report }: Pick<Bench, 'scope' | 'rounds' | 'report'>,
  cases: readonly Case[],
): Promise<CaseResult[]> {
  const states = cases.map((entry) => ({
    entry,
    samples: [] as Sample[],
    missing: 'missing' in entry ? entry.missing : undefined,
  }));
  for (let round = 0; round <= rounds; round++) {
    report(round === 0 ? 'warm-up' : `round ${round} of ${rounds}`);
    for (const state of round % 2 === 0 ? states : states.toReversed()) {
      const { entry } = state;
      if (state.missing !== undefined || 'missing' in entry) continue;
      if (scope.isClosed) throw new Error('interrupted');
      try {
        const sample = await withTimeout(entry.run(round));
        if (round > 0) state.samples.push(sample);
        report(`  ${entry.subject} at ${entry.at}: ${describeSample(sample)}`);
      } catch (error) {
        state.missing = messageOf(error);
        report(`  ${entry.subject} at ${entry.at}: FAILED: ${state.missing}`);
      }
    }
  }
  return states.map(({ entry: { subject, at }, samples, missing }) => ({
    subject,
    at,
    samples: missing === undefined ? samples : [],
    ...(missing !== undefined && { missing }),
  }));
}

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const timeout = sleep(roundTimeoutMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(`timed out after ${roundTimeoutMs / 1000} s`);
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    done.abort();
  }
}

function describeSample(sample: Sample): string {
  return Object.entries(sample)
    .map(([name, value]) => `${name} ${value >= 100 ? value.toFixed(0) : value.toPrecision(3)}`)
    .join(', ');
}

/** Extracts one measure: the figure `name` of every case that has it. */
export function toMeasure(
  results: readonly CaseResult[],
  name: string,
  about: Pick<Measure, 'unit' | 'better' | 'axis'>,
): Measure {
  const series = results.map(({ subject, at, samples, missing }): Series => {
    const found = samples.flatMap((sample) => sample[name] ?? []);
    return { subject, at, samples: found, ...(missing !== undefined && { missing }) };
  });
  return {
    name,
    ...about,
    series: series.filter((one) => one.samples.length > 0 || one.missing !== undefined),
  };
}

/** Collects several values that each sample contains as series of one measure: their subjects begin with the names of the values. */
export function toSeries(
  results: readonly CaseResult[],
  names: readonly string[],
  about: Pick<Measure, 'unit' | 'better' | 'axis'>,
): Series[] {
  return names.flatMap((name) =>
    toMeasure(results, name, about).series.map((one) => ({ ...one, subject: `${name}${one.subject}` })),
  );
}
