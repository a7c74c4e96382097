import { Assertion } from 'uvu/assert';

export type Check = {
  readonly name: string;
  /** Rejects with the output of the tool if the check fails. */
  run(): Promise<Outcome>;
};

export type Outcome =
  | { readonly verdict: 'ok'; readonly note?: string }
  | { readonly verdict: 'skipped'; readonly reason: string };

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

/** Runs the checks one after the other until `signal` is aborted. Prints one line per check and the totals. */
export async function runChecks(
  checks: readonly Check[],
  write: (text: string) => void,
  signal?: AbortSignal,
): Promise<Counts> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, run } of checks) {
    if (signal?.aborted) break;
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
      write(`FAIL ${name}\n${describe(error).trimEnd().replaceAll(/^/gm, '     ')}\n`);
    }
  }
  const { passed, failed, skipped } = counts;
  write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return counts;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const details = error instanceof Assertion && error.details;
  return typeof details === 'string' ? `${error.message}\n${details}` : error.message;
}
