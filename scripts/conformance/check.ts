/** One outside tool, pointed at something of ours; and how what the tools say is added up. */

export type Check = {
  readonly name: string;
  /** What it did; throws with the tool's own words when it found something. */
  run(): Promise<Outcome>;
};

export type Outcome =
  | { readonly verdict: 'ok'; readonly note?: string }
  | { readonly verdict: 'skipped'; readonly reason: string };

/** Runs one after the other, prints a line each and the totals; whether none failed and at least one passed. */
export async function runChecks(checks: readonly Check[], write: (text: string) => void): Promise<boolean> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, run } of checks) {
    try {
      const outcome = await run();
      if (outcome.verdict === 'ok') {
        counts.passed += 1;
        write(`ok ${name}${outcome.note === undefined ? '' : ` (${outcome.note})`}\n`);
      } else {
        counts.skipped += 1;
        write(`skipped ${name}: ${outcome.reason}\n`);
      }
    } catch (error) {
      counts.failed += 1;
      const details = error instanceof Error ? error.message : String(error);
      write(`FAIL ${name}\n${details.trimEnd().replaceAll(/^/gm, '     ')}\n`);
    }
  }
  const { passed, failed, skipped } = counts;
  write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failed === 0 && passed > 0;
}
