/** What a scenario measured, as it is kept: the figures in RESULTS.md all come from here. */

import { z } from 'zod';

/** One subject at one place of the curve: a figure per counted round, or why there is none. */
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
  /** What `at` counts: `connections`. */
  axis: z.string(),
  series: z.array(Series),
});
export type Measure = z.infer<typeof Measure>;

/** What a figure should be: the median of its rounds, as it is or divided by that of another subject round by round. */
const Target = z.object({
  what: z.string(),
  bound: z.enum(['at least', 'at most']),
  wanted: z.number(),
  unit: z.string(),
  /** Undefined when one of the two could not be measured. */
  measured: z.number().optional(),
});
export type Target = z.infer<typeof Target>;

/** A part of the processor time, between 0 and 1. */
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
  /** Anything but 1 is a run with smaller sizes, and says little. */
  scale: z.number(),
  machine: z.record(z.string(), z.string()),
  versions: z.record(z.string(), z.string()),
  /** Processes that wanted to run, on average over a minute, before and after. */
  load: z.object({ before: z.number(), after: z.number() }),
  measures: z.array(Measure),
  targets: z.array(Target),
  notes: z.array(z.string()),
  /** Where the replicas' processor time went, where that is what limits them. */
  profile: z.array(Share).optional(),
});
export type Result = z.infer<typeof Result>;

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

/** How one subject compares with another in the same rounds: the median of the quotients, which a load on all of them shifts least. */
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
