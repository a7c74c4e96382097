/** The stored result of a scenario. The reports are generated from it. */

import { z } from 'zod';

/** One subject at one value of the axis: a sample per measured round, or the reason why there are no samples. */
const Series = z.object({
  subject: z.string(),
  at: z.number(),
  samples: z.array(z.number()),
  missing: z.string().optional(),
});
export type Series = z.infer<typeof Series>;

const Measure = z.object({
  name: z.string(),
  /** The part of the scenario, if it has several. */
  setting: z.string().optional(),
  unit: z.string(),
  better: z.enum(['more', 'less']),
  /** The meaning of `at`, for example `connections`. */
  axis: z.string(),
  series: z.array(Series),
});
export type Measure = z.infer<typeof Measure>;

/** A share of the CPU time or of the heap, between 0 and 1. */
const Share = z.object({ part: z.string(), share: z.number() });
export type Share = z.infer<typeof Share>;

export const ProfileKind = z.enum(['cpu', 'heap']);
export type ProfileKind = z.infer<typeof ProfileKind>;

/** What the replicas spent in an additional round with a profiler. */
const Profile = z.object({ setting: z.string().optional(), kind: ProfileKind, shares: z.array(Share) });
export type Profile = z.infer<typeof Profile>;

export const Result = z.object({
  scenario: z.string(),
  title: z.string(),
  about: z.string(),
  command: z.string(),
  started: z.string(),
  seconds: z.number(),
  rounds: z.number(),
  /** Factor for sizes; only results with 1 are meaningful. */
  scale: z.number(),
  machine: z.record(z.string(), z.string()),
  versions: z.record(z.string(), z.string()),
  /** Load average over a minute, before and after. */
  load: z.object({ before: z.number(), after: z.number() }),
  /** RESULTS.md shows the measures that have the name of the first one. */
  measures: z.array(Measure),
  notes: z.array(z.string()),
  profiles: z.array(Profile),
});
export type Result = z.infer<typeof Result>;

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** Returns the per-round ratios of two series. Ratios are less sensitive to other load on the machine. */
export function ratiosOf(a: Series, b: Series): number[] {
  return a.samples.flatMap((sample, round) => {
    const other = b.samples[round];
    return other === undefined ? [] : [sample / other];
  });
}

export function findSeries({ series }: Measure, subject: string, at: number): Series | undefined {
  return series.find((one) => one.subject === subject && one.at === at);
}
