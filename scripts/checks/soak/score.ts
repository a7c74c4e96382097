import { addResults, emptyResult, type ScenarioResult } from '../../../test/support/faults/scenario.ts';

export type Score = {
  add(name: string, result: ScenarioResult): void;
  /** Counts a scenario that did not complete. */
  fail(name: string): void;
  /** Returns true if nothing was lost or duplicated, nothing diverged and no scenario failed. */
  isClean(): boolean;
  /** Returns a table with one line per scenario and the totals. */
  table(): string;
};

const columns = [
  'scenario',
  'rounds',
  'acknowledged',
  'lost',
  'duplicated',
  'diverged',
  'failed',
  'longest recovery',
];

export function createScore(names: readonly string[]): Score {
  const results = new Map(names.map((name) => [name, emptyResult]));
  const failures = new Map(names.map((name) => [name, 0]));
  const sum = () => [...results.values()].reduce(addResults);
  const sumOfFailures = () => [...failures.values()].reduce((total, count) => total + count, 0);

  const describe = (name: string, result: ScenarioResult, failed: number): string[] => [
    name,
    String(result.rounds),
    String(result.acknowledged),
    String(result.lost),
    String(result.duplicated),
    String(result.diverged),
    String(failed),
    `${(result.longestRecoveryMs / 1000).toFixed(1)} s`,
  ];

  return {
    add: (name, result) => void results.set(name, addResults(results.get(name) ?? emptyResult, result)),
    fail: (name) => void failures.set(name, (failures.get(name) ?? 0) + 1),

    isClean() {
      const { lost, duplicated, diverged } = sum();
      return lost + duplicated + diverged + sumOfFailures() === 0;
    },

    table() {
      const rows = [...results].map(([name, result]) => describe(name, result, failures.get(name) ?? 0));
      return formatTable([columns, ...rows, describe('all', sum(), sumOfFailures())]);
    },
  };
}

/** Aligns the columns: names to the left, numbers to the right. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
