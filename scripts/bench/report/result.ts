/** The stored result of a scenario. RESULTS.md is generated from it. */

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
  unit: z.string(),
  better: z.enum(['more', 'less']),
  /** The meaning of `at`, for example `connections`. */
  axis: z.string(),
  series: z.array(Series),
});
export type Measure = z.infer<typeof Measure>;

/** A target for the median of a series, or for the median of its per-round ratios to another series. */
const Target = z.object({
  what: z.string(),
  bound: z.enum(['at least', 'at most']),
  wanted: z.number(),
  unit: z.string(),
  /** Undefined if a series could not be measured. */
  measured: z.number().optional(),
});
export type Target = z.infer<typeof Target>;

/** A share of the CPU time, between 0 and 1. */
const Share = z.object({ part: z.string(), share: z.number() });
export type Share = z.infer<typeof Share>;

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
  measures: z.array(Measure),
  targets: z.array(Target),
  notes: z.array(z.string()),
  /** CPU time of the replicas by part, for scenarios that are limited by the CPU. */
  profile: z.array(Share).optional(),
});
export type Result = z.infer<typeof Result>;

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** Returns the median of the per-round ratios of two series. Ratios are less sensitive to other load on the machine. */
export function medianRatio(a: Series | undefined, b: Series | undefined): number | undefined {
  const ratios = (a?.samples ?? []).flatMap((sample, round) => {
    const other = b?.samples[round];
    return other === undefined ? [] : [sample / other];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

export function isMet({ bound, wanted, measured }: Target): boolean | undefined {
  if (measured === undefined) return undefined;
  return bound === 'at least' ? measured >= wanted : measured <= wanted;
}
