import type { Measure, Target } from './report/result.ts';
import type { Bench } from './rounds.ts';

export type Scenario = {
  readonly title: string;
  /** Description of the scenario with its sizes, for the report. */
  readonly about: string;
  run(bench: Bench): Promise<Outcome>;
  /** True if an additional round runs with a profiler. For CPU-bound scenarios. */
  readonly isProfiled?: boolean;
};

export type Outcome = {
  readonly measures: readonly Measure[];
  readonly targets?: readonly Target[];
  /** Notes on how to interpret the results. */
  readonly notes?: readonly string[];
};
