/** The part of StrykerJS's plugin API that is used. Its own types are not installed for `npm run lint`. */

export type TestRunner = {
  capabilities(): { readonly reloadEnvironment: boolean };
  init(): Promise<void>;
  dryRun(): Promise<DryRunResult>;
  mutantRun(options: MutantRunOptions): Promise<MutantRunResult>;
};

export type DryRunResult =
  | {
      readonly status: 'complete';
      readonly tests: readonly TestResult[];
      /** For each test, how often it executed each mutant, by the mutant's id. */
      readonly mutantCoverage: {
        readonly static: {};
        readonly perTest: Readonly<Record<string, Executions>>;
      };
    }
  | { readonly status: 'error'; readonly errorMessage: string };

export type TestResult = {
  readonly id: string;
  readonly name: string;
  readonly status: 0;
  readonly timeSpentMs: number;
};

export type Executions = Readonly<Record<string, number>>;

export type MutantRunOptions = {
  readonly activeMutant: { readonly id: string };
  /** The mutated file, in the sandbox. */
  readonly sandboxFileName: string;
  /** The ids of the tests that execute the mutant. */
  readonly testFilter?: readonly string[];
};

export type MutantRunResult =
  | { readonly status: 'survived'; readonly nrOfTests: number }
  | { readonly status: 'timeout'; readonly reason: string }
  | {
      readonly status: 'killed';
      readonly killedBy: readonly string[];
      readonly failureMessage: string;
      readonly nrOfTests: number;
    };
