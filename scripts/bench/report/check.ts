/** `--check`: compares the ratios of a run with the kept ones. */

import { compare, type Compared, type Comparison } from './comparison.ts';
import type { Result } from './result.ts';
import { formatCompared, renderTable } from './text.ts';

/** A ratio may lose this share of its kept value. */
const tolerance = 0.15;

export type Check = {
  readonly now: Compared;
  /** Undefined if no figure is stored for these sizes. */
  readonly kept: number | undefined;
  readonly verdict: 'ok' | 'loss' | 'failed' | 'not compared';
};

/** @param kept the stored result of the scenario */
export function checkResult(
  comparisons: readonly Comparison[],
  now: Result,
  kept: Result | undefined,
): Check[] {
  const comparable = kept?.scale === now.scale ? kept : undefined;
  return comparisons.map((comparison) => {
    const current = compare(now.scenario, comparison, now);
    const { measured } = compare(now.scenario, comparison, comparable);
    return { now: current, kept: measured, verdict: judge(current, measured) };
  });
}

function judge({ measured, better, isOwnMeasured }: Compared, kept: number | undefined): Check['verdict'] {
  // A peer that is not available on this machine is not a failure.
  if (measured === undefined || kept === undefined) return isOwnMeasured ? 'not compared' : 'failed';
  const loss = better === 'more' ? 1 - measured / kept : measured / kept - 1;
  return loss > tolerance ? 'loss' : 'ok';
}

/** Returns true if something was compared, nothing lost more than the tolerance, and no figure of ours is missing. */
export function isPassed(checks: readonly Check[]): boolean {
  const verdicts = checks.map(({ verdict }) => verdict);
  return verdicts.includes('ok') && !verdicts.includes('loss') && !verdicts.includes('failed');
}

export function renderChecks(checks: readonly Check[]): string {
  const rows = checks.map(({ now, kept, verdict }) => [
    now.scenario,
    now.label,
    formatCompared(kept, now),
    formatCompared(now.measured, now),
    describeChange(kept, now.measured),
    verdict,
  ]);
  const head = ['scenario', 'metric', 'kept', 'now', 'change', 'verdict'];
  const lost = checks.filter(({ verdict }) => verdict === 'loss' || verdict === 'failed');
  return [
    renderTable([head, ...rows]),
    `${lost.length} of ${checks.length} figures lost more than ${100 * tolerance} % or could not be measured.`,
    ...lost.map(({ now }) => `- ${now.scenario}: ${now.label}`),
    '',
  ].join('\n');
}

function describeChange(kept: number | undefined, now: number | undefined): string {
  if (kept === undefined || now === undefined) return '';
  const change = now / kept - 1;
  return `${change < 0 ? '-' : '+'}${Math.abs(100 * change).toFixed(0)} %`;
}
