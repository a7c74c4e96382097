/** The totals that uvu prints for a test file. */

export type Totals = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
};

/** Adds up the totals that uvu prints after each run. Its total excludes skipped tests. */
export function readTotals(output: string): Totals | undefined {
  const read = (label: string) =>
    Array.from(output.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, 'gm')), ([, count]) => Number(count));
  const add = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const totals = read('Total');
  if (totals.length === 0) return undefined;
  const passed = add(read('Passed'));
  return { passed, failed: add(totals) - passed, skipped: add(read('Skipped')) };
}

/** Returns why a file failed as a whole, independent of its tests. `code` is the exit code of its process. */
export function findFault(totals: Totals | undefined, code: number | null): string | undefined {
  if (totals === undefined) return 'no totals reported: the setup threw, or .run() was never called';
  const { passed, failed, skipped } = totals;
  if (passed + failed + skipped === 0) return 'contains no test';
  return failed === 0 && code !== 0 ? `all tests passed, but the exit code is ${code}` : undefined;
}
