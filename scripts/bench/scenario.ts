/** The shape of a scenario: what is measured, and what it should come to. */

import type { Measure, Target } from './result.ts';
import type { Bench } from './turns.ts';

export type Scenario = {
  readonly title: string;
  /** What is done, with its sizes, in a few sentences. */
  readonly about: string;
  run(bench: Bench): Promise<Outcome>;
  /** Whether one more round is run with a profiler: where processor time is what limits it. */
  readonly isProfiled?: boolean;
};

export type Outcome = {
  readonly measures: readonly Measure[];
  readonly targets?: readonly Target[];
  /** What a reader has to know to judge the figures. */
  readonly notes?: readonly string[];
};
