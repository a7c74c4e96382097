/** Formats figures and Markdown tables. */

import type { Compared } from './comparison.ts';
import { median, type Measure, type Profile, type Result, type Series } from './result.ts';

/** Formats a number with three significant digits, or as an integer from 1000. */
export function format(value: number): string {
  if (!Number.isFinite(value)) return '?';
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')
    : String(Number(value.toPrecision(3)));
}

export function formatCompared(value: number | undefined, { unit }: Compared): string {
  return value === undefined ? 'not measured' : `${format(value)} ${unit}`;
}

export function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

/** Names of the measures in the report. */
const labels: Readonly<Record<string, string>> = {
  perSecond: 'Throughput',
  perSecondAgain: 'Throughput, imported again',
  secondsAgain: 'Time, imported again',
  seconds: 'Time',
  milliseconds: 'Time of a read',
  'milliseconds, CPU time': 'CPU time of a read',
  p50: 'Latency, median',
  p99: 'Latency, 99th percentile',
  pacedP99: 'Latency at a fixed rate, 99th percentile',
  mebibytes: 'Resident memory',
  bytesEach: 'Resident memory above an empty replica',
  loopP99: 'Event-loop delay, 99th percentile',
  loopMax: 'Event-loop delay, maximum',
};

export function renderTitle({ name, unit, better }: Measure): string {
  return `**${labels[name] ?? name}, ${unit}** (${better} is better)\n`;
}

/**
 * Renders measures of the same name as one table: a row per setting and subject, a column per value of the axis. If there is
 * only one such value, a row per setting and a column per subject.
 */
export function renderMeasures(measures: readonly Measure[], cell: (series: Series) => string): string {
  const [{ axis } = { axis: '' }] = measures;
  const all = measures.flatMap(({ series }) => series);
  const subjects = [...new Set(all.map(({ subject }) => subject))];
  const places = [...new Set(all.map(({ at }) => at))].toSorted((a, b) => a - b);
  const find = ({ series }: Measure, subject: string, at: number | undefined) => {
    const found = series.find((one) => one.subject === subject && one.at === at);
    return found === undefined ? '' : cell(found);
  };
  const hasSettings = measures.length > 1;
  const settingCell = ({ setting = '' }: Measure) => (hasSettings ? [setting] : []);
  if (hasSettings && places.length === 1)
    return renderTable([
      [`${places[0]} ${axis}`, ...subjects],
      ...measures.map((one) => [one.setting ?? '', ...subjects.map((name) => find(one, name, places[0]))]),
    ]);
  return renderTable([
    [...(hasSettings ? [''] : []), axis, ...places.map((place) => place.toLocaleString('en-US'))],
    ...measures.flatMap((one) =>
      subjects
        .filter((name) => one.series.some(({ subject }) => subject === name))
        .map((name) => [...settingCell(one), name, ...places.map((at) => find(one, name, at))]),
    ),
  ]);
}

export function describeMedian({ samples, missing }: Series): string {
  return missing === undefined ? format(median(samples)) : 'not measured';
}

export function describeSpread({ samples, missing }: Series): string {
  if (missing !== undefined) return `not measured: ${missing.split('\n')[0]}`;
  return `${format(median(samples))} (${format(Math.min(...samples))} – ${format(Math.max(...samples))})`;
}

/** @param parts maximum number of named parts */
export function renderProfile({ setting, kind, shares }: Profile, parts = shares.length): string {
  const what =
    kind === 'cpu'
      ? 'CPU time of the replicas, including their start'
      : 'Memory on the JavaScript heap when the replicas stop, by the code that allocated it';
  const rest = shares.slice(parts).reduce((sum, { share }) => sum + share, 0);
  const shown = [...shares.slice(0, parts), ...(rest > 0 ? [{ part: 'everything else', share: rest }] : [])];
  const list = shown.map(({ part, share }) => `${part} ${(100 * share).toFixed(1)} %`).join(' · ');
  return `${what}${setting === undefined ? '' : ` (${setting})`}: ${list}\n`;
}

export function renderWarnings({ scale, load, machine }: Result): string[] {
  // The load average before the scenario is too high to be caused by the preceding scenario.
  const isBusy = load.before > 2 * Number.parseInt(machine['processor'] ?? '', 10);
  return [
    ...(scale === 1 ? [] : [`**Sizes × ${scale}: trial run, not a measurement.**\n`]),
    ...(isBusy
      ? ['**The machine was busy with other work: ratios are more reliable than absolute figures.**\n']
      : []),
  ];
}
