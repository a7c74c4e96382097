import type { Measure, Target } from './report/result.ts';
import type { Bench } from './rounds.ts';

export type Scenario = {
  readonly title: string;
  /** Description of the scenario with its sizes, for the report. */
  readonly about: string;
  run(bench: Bench): Promise<Outcome>;
  /** Whether an additional round runs with a profiler; for scenarios that are limited by the CPU. */
  readonly isProfiled?: boolean;
};

export type Outcome = {
  readonly measures: readonly Measure[];
  readonly targets?: readonly Target[];
  /** Remarks that are needed to interpret the figures. */
  readonly notes?: readonly string[];
};
