/** RESULTS.md out of the kept figures; nothing in it is typed by hand. */

import { isMet, median, type Measure, type Result, type Series, type Share, type Target } from './result.ts';

const heading = `# Results

Written by \`npm run bench\`; every figure comes from \`results/\`. Each is the median of the counted rounds, with the
lowest and the highest one in brackets. In a round every subject is measured once, one after the other, in an order
that turns round every time; one round before them warms up. Ratios are taken round by round, and their median is given.
Load comes from other processes on the same machine, so everything shares its processors.
`;

/** @param results in the order in which they are shown */
export function renderResults(results: readonly Result[]): string {
  return [heading, renderTargets(results), ...results.map(renderResult)].join('\n');
}

function renderTargets(results: readonly Result[]): string {
  const rows = results.flatMap(({ scenario, targets }) =>
    targets.map((target) => [
      scenario,
      target.what,
      describeWanted(target),
      describeMeasured(target),
      verdict(target),
    ]),
  );
  if (rows.length === 0) return '';
  return `## Targets\n\n${renderTable([['scenario', 'what', 'wanted', 'measured', ''], ...rows])}`;
}

export function describeWanted({ bound, wanted, unit }: Target): string {
  return `${bound === 'at least' ? '≥' : '≤'} ${wanted} ${unit}`;
}

export function describeMeasured({ measured, unit }: Target): string {
  return measured === undefined ? 'not measured' : `${format(measured)} ${unit}`;
}

export function verdict(target: Target): string {
  const met = isMet(target);
  if (met === undefined) return '';
  return met ? 'met' : '**not met**';
}

function renderResult(result: Result): string {
  const { scenario, title, about, command, started, seconds, rounds, scale, load, measures, notes } = result;
  const warnings = [
    ...(scale === 1 ? [] : [`Sizes × ${scale}: not a measurement, only a try.`]),
    ...(isBusy(result) ? ['The machine was busy with other work: ratios say more than figures.'] : []),
  ];
  const list = (entries: Readonly<Record<string, string>>) =>
    Object.entries(entries)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ');
  return [
    `## ${title} (\`${scenario}\`)\n`,
    `${about}\n`,
    ...warnings.map((warning) => `**${warning}**\n`),
    ...notes.map((note) => `${note}\n`),
    ...measures.map(renderMeasure),
    ...(result.profile ? [renderProfile(result.profile)] : []),
    '<details><summary>How it was measured</summary>\n',
    `- \`${command}\`, ${started}, ${rounds} counted rounds, ${Math.round(seconds)} s in all`,
    `- load average over a minute: ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} after`,
    `- ${list(result.machine)}`,
    `- ${list(result.versions)}\n`,
    '</details>\n',
  ].join('\n');
}

function renderProfile(profile: readonly Share[]): string {
  const rows = profile.map(({ part, share }) => [part, `${(100 * share).toFixed(1)} %`]);
  return (
    'Where the processor time of the replicas went, their start included, in one more round with a profiler:\n\n' +
    renderTable([['part', 'share'], ...rows])
  );
}

/** More processes wanted to run before it than a scenario that ran before it can have left behind. */
function isBusy({ load, machine }: Result): boolean {
  return load.before > 2 * Number.parseInt(machine['processor'] ?? '', 10);
}

function renderMeasure({ name, unit, better, axis, series }: Measure): string {
  const places = [...new Set(series.map(({ at }) => at))].toSorted((a, b) => a - b);
  const subjects = [...new Set(series.map(({ subject }) => subject))];
  const find = (subject: string, at: number) =>
    series.find((one) => one.subject === subject && one.at === at);
  const rows = subjects.map((subject) => [subject, ...places.map((at) => describeSeries(find(subject, at)))]);
  const title = `**${labels[name] ?? name}, ${unit}** (${better} is better)\n`;
  return [
    title,
    renderTable([[axis, ...places.map(String)], ...rows]),
    '```text',
    ...renderBars(series),
    '```\n',
  ].join('\n');
}

/** What the measures are called in the report. */
const labels: Readonly<Record<string, string>> = {
  perSecond: 'Throughput',
  rowsPerSecond: 'Throughput',
  seconds: 'Time',
  p50: 'Latency, median',
  p99: 'Latency, 99th percentile',
  mebibytes: 'Resident memory',
  bytesEach: 'Resident memory above an empty replica',
  first: 'The past, asked for the first time',
  again: 'The past, asked for again',
  present: 'The list as it is',
};

function describeSeries(series: Series | undefined): string {
  if (series === undefined) return '';
  const { samples, missing } = series;
  if (missing !== undefined) return `not measured: ${missing.split('\n')[0]}`;
  return `${format(median(samples))} (${format(Math.min(...samples))} – ${format(Math.max(...samples))})`;
}

const barLength = 40;

/** One bar a figure, all to the same scale. */
function renderBars(series: readonly Series[]): string[] {
  const shown = series.filter(({ samples }) => samples.length > 0);
  const longest = Math.max(...shown.map(({ samples }) => median(samples)));
  const width = Math.max(...shown.map(({ subject }) => subject.length));
  return shown.map(({ subject, at, samples }) => {
    const value = median(samples);
    const bar = '█'.repeat(Math.round((value / longest) * barLength)) || '▏';
    return `${subject.padEnd(width)} ${String(at).padStart(8)}  ${bar} ${format(value)}`;
  });
}

/** Three digits that say something. */
function format(value: number): string {
  if (!Number.isFinite(value)) return '?';
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en-US').replaceAll(',', ' ')
    : String(Number(value.toPrecision(3)));
}

function renderTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}
