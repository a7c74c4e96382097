/** The survivors that were looked at and cannot, or need not, be detected by a test: `reviewed.json`. */

import { readFileSync } from 'node:fs';

/** A mutant without its position, because lines move: the source line in which it begins, and the change as in the report. */
export type Change = { readonly line: string; readonly mutant: string };

/** Survivors in one line, with the reason why no test detects them. */
export type Review = {
  readonly line: string;
  readonly mutants: readonly string[];
  readonly reason: string;
};

/** Reviews by file. */
export type Reviewed = Readonly<Record<string, readonly Review[]>>;

export function readReviewed(): Reviewed {
  return JSON.parse(readFileSync(new URL('reviewed.json', import.meta.url), 'utf8'));
}

/**
 * Returns the survivors of a file that have no review, and the reviewed mutants that are not among the survivors. Each mutant
 * of a review stands for one survivor.
 */
export function compareReviews<Survivor extends Change>(
  survivors: readonly Survivor[],
  reviews: readonly Review[],
): { open: Survivor[]; stale: Change[] } {
  const stale = reviews.flatMap(({ line, mutants }) => mutants.map((mutant) => ({ line, mutant })));
  const open = survivors.filter(({ line, mutant }) => {
    const index = stale.findIndex((change) => change.line === line && change.mutant === mutant);
    if (index !== -1) stale.splice(index, 1);
    return index === -1;
  });
  return { open, stale };
}
