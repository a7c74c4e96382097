/** `--compare`: renders the figures of two checkouts side by side. */

import { median, ratiosOf, type Measure, type Result } from './result.ts';
import { describeMedian, format, renderTable, renderTitle } from './text.ts';

/** @param suffix of the subjects of the other checkout */
export function renderComparison(results: Iterable<Result>, suffix: string): string {
  const heading = `# This checkout and the one${suffix}\n\nThe ratio is this checkout ÷ the other one: median, minimum and maximum of the rounds.\n`;
  return [heading, ...Array.from(results, (result) => renderResult(result, suffix))].join('\n');
}

function renderResult({ scenario, title, measures }: Result, suffix: string): string {
  const names = [...new Set(measures.map(({ name }) => name))];
  return [
    `## ${title} (\`${scenario}\`)\n`,
    ...names.map((name) => {
      const settings = measures.filter((measure) => measure.name === name);
      const [first] = settings;
      if (first === undefined) return '';
      const head = ['', first.axis, 'this checkout', suffix.trim(), 'ratio'];
      const rows = settings.flatMap((measure) => renderRows(measure, suffix));
      return `${renderTitle(first)}\n${renderTable([head, ...rows])}`;
    }),
  ].join('\n');
}

function renderRows({ setting, series }: Measure, suffix: string): string[][] {
  return series.flatMap((own) => {
    const other = series.find(({ subject, at }) => subject === `${own.subject}${suffix}` && at === own.at);
    if (other === undefined) return [];
    const ratios = ratiosOf(own, other);
    const ratio =
      ratios.length === 0
        ? ''
        : `${format(median(ratios))} × (${format(Math.min(...ratios))} – ${format(Math.max(...ratios))})`;
    const name = setting === undefined ? own.subject : `${setting}: ${own.subject}`;
    return [[name, String(own.at), describeMedian(own), describeMedian(other), ratio]];
  });
}
