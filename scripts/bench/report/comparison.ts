/** Comparisons of figures: the targets, and other ratios that `--check` watches. They are computed from stored samples. */

import { findSeries, median, ratiosOf, type Measure, type Result } from './result.ts';

export type Comparison = {
  readonly measure: string;
  readonly setting?: string;
  /** Value of the axis; default: the largest one. */
  readonly at?: number;
  readonly of: string;
  /** The subject to divide by. Without it, the figure itself is compared. */
  readonly by?: string;
  /** The target, if there is one. */
  readonly atLeast?: number;
  readonly atMost?: number;
};

export type Compared = Comparison & {
  readonly scenario: string;
  /** The comparison in words. */
  readonly label: string;
  readonly unit: string;
  readonly better: Measure['better'];
  /** Median of the rounds; undefined if a figure was not measured. */
  readonly measured: number | undefined;
  /** True if `of` was measured, even if `by` was not. */
  readonly isOwnMeasured: boolean;
};

/** @param result undefined if the scenario has not been measured */
export function compare(scenario: string, comparison: Comparison, result: Result | undefined): Compared {
  const { measure: name, setting, of, by, atLeast } = comparison;
  const measure = result?.measures.find((one) => one.name === name && one.setting === setting);
  const places = measure?.series.filter(({ subject }) => subject === of).map(({ at }) => at) ?? [];
  const at = comparison.at ?? Math.max(...places);
  const own = measure && measuredSeries(measure, of, at);
  const other = measure && by !== undefined ? measuredSeries(measure, by, at) : undefined;
  const figures = by === undefined ? own?.samples : own && other && ratiosOf(own, other);
  return {
    ...comparison,
    scenario,
    label: describe(comparison, measure?.axis, at),
    unit: by === undefined ? (measure?.unit ?? '') : '×',
    better: measure?.better ?? (atLeast === undefined ? 'less' : 'more'),
    measured: figures === undefined || figures.length === 0 ? undefined : median(figures),
    isOwnMeasured: own !== undefined,
  };
}

function measuredSeries(measure: Measure, subject: string, at: number) {
  const series = findSeries(measure, subject, at);
  return series === undefined || series.samples.length === 0 ? undefined : series;
}

function describe({ setting, of, by }: Comparison, axis: string | undefined, at: number): string {
  const place = axis === undefined ? `at ${at}` : `${at.toLocaleString('en-US')} ${axis}`;
  return [
    setting === undefined ? '' : `${setting}: `,
    by === undefined ? of : `${of} ÷ ${by}`,
    Number.isFinite(at) ? `, ${place}` : '',
  ].join('');
}

export function hasTarget({ atLeast, atMost }: Comparison): boolean {
  return atLeast !== undefined || atMost !== undefined;
}

/** Returns undefined without a target or a figure. */
export function isMet({ measured, atLeast, atMost }: Compared): boolean | undefined {
  if (measured === undefined) return undefined;
  if (atLeast !== undefined) return measured >= atLeast;
  return atMost === undefined ? undefined : measured <= atMost;
}
