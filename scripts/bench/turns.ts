/** Measures subjects in turn, round after round, so that what disturbs the machine disturbs all of them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Workshop } from './children.ts';
import { medianRatio, median, type Measure, type Series, type Target } from './result.ts';

/** What a scenario works with. */
export type Bench = {
  readonly workshop: Workshop;
  /** Counted rounds; one more is run before them to warm up. */
  readonly rounds: number;
  /** How long, in seconds, load is made in a round that is bounded by time. */
  readonly seconds: number;
  /** A number of things, made smaller when a small run was asked for. */
  size(full: number): number;
  report(line: string): void;
};

/** Figures of one round by the names of their measures. */
export type Sample = Readonly<Record<string, number>>;

/** A subject at one place of the curve. */
export type Case = {
  readonly subject: string;
  readonly at: number;
} & (
  | { /** @param round 0 is the warm-up */ run(round: number): Promise<Sample> }
  | { /** Why it cannot be measured here. */ readonly missing: string }
);

export type Taken = {
  readonly subject: string;
  readonly at: number;
  readonly samples: readonly Sample[];
  readonly missing?: string;
};

/** Milliseconds after which a round counts as hanging, and its subject is not measured any further. */
const roundTimeoutMs = 240_000;

/** Every case once a round, in this order and then in the reverse; a case that fails says why, and the others go on. */
export async function takeTurns({ rounds, report }: Bench, cases: readonly Case[]): Promise<Taken[]> {
  const taken = cases.map((entry) => ({
    entry,
    samples: [] as Sample[],
    missing: 'missing' in entry ? entry.missing : undefined,
  }));
  for (let round = 0; round <= rounds; round++) {
    report(round === 0 ? 'warm-up' : `round ${round} of ${rounds}`);
    for (const turn of round % 2 === 0 ? taken : taken.toReversed()) {
      const { entry } = turn;
      if (turn.missing !== undefined || 'missing' in entry) continue;
      try {
        const sample = await withinTime(entry.run(round));
        if (round > 0) turn.samples.push(sample);
        report(`  ${entry.subject} at ${entry.at}: ${describeSample(sample)}`);
      } catch (error) {
        turn.missing = error instanceof Error ? error.message : String(error);
        report(`  ${entry.subject} at ${entry.at}: FAILED: ${turn.missing}`);
      }
    }
  }
  return taken.map(({ entry: { subject, at }, samples, missing }) => ({
    subject,
    at,
    samples: missing === undefined ? samples : [],
    ...(missing !== undefined && { missing }),
  }));
}

async function withinTime<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = sleep(roundTimeoutMs, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`a round took longer than ${roundTimeoutMs / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    ended.abort();
  }
}

function describeSample(sample: Sample): string {
  return Object.entries(sample)
    .map(([name, value]) => `${name} ${value >= 100 ? value.toFixed(0) : value.toPrecision(3)}`)
    .join(', ');
}

/** One measure out of what was taken: the figure `name` of every case that has it. */
export function toMeasure(
  taken: readonly Taken[],
  name: string,
  about: Pick<Measure, 'unit' | 'better' | 'axis'>,
): Measure {
  const series = taken.map(({ subject, at, samples, missing }): Series => {
    const found = samples.flatMap((sample) => sample[name] ?? []);
    return { subject, at, samples: found, ...(missing !== undefined && { missing }) };
  });
  return {
    name,
    ...about,
    series: series.filter((one) => one.samples.length > 0 || one.missing !== undefined),
  };
}

export function findSeries({ series }: Measure, subject: string, at: number): Series | undefined {
  return series.find((one) => one.subject === subject && one.at === at);
}

type Wanted = { readonly what: string; readonly bound: Target['bound']; readonly wanted: number };

/** A target of how a subject compares with another one. */
export function ratioTarget(a: Series | undefined, b: Series | undefined, wanted: Wanted): Target {
  const measured = medianRatio(a, b);
  return { ...wanted, unit: '×', ...(measured !== undefined && { measured }) };
}

/** A target of a figure as it is. */
export function figureTarget(a: Series | undefined, unit: string, wanted: Wanted): Target {
  return { ...wanted, unit, ...(a !== undefined && a.samples.length > 0 && { measured: median(a.samples) }) };
}
