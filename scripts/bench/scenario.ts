import type { Comparison } from './report/comparison.ts';
import type { Measure, ProfileKind } from './report/result.ts';
import type { Bench } from './rounds.ts';

export type Scenario = {
  readonly title: string;
  /** Description of the scenario with its sizes, for the report. */
  readonly about: string;
  /** Notes on how to interpret the results. */
  readonly notes?: readonly string[];
  /** Measured one after the other, each with its own servers. */
  readonly parts: readonly Part[];
  readonly comparisons?: readonly Comparison[];
};

export type Part = {
  /** Distinguishes the parts of a scenario, for example `sync_interval: always`. */
  readonly setting?: string;
  /** The profiler of an additional round; default: no such round. */
  readonly profile?: ProfileKind;
  /** The first measure is the one that RESULTS.md shows. */
  run(bench: Bench): Promise<readonly Measure[]>;
};
