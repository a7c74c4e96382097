import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createResourceScope } from './child-processes.ts';
import { renderResults } from './report/render.ts';
import { isMet, median, medianRatio } from './report/result.ts';
import { figureTarget, findSeries, ratioTarget, runRounds, toMeasure, type Case } from './rounds.ts';

const scope = createResourceScope();
const bench = { scope, rounds: 3, seconds: 1, size: (full: number) => full, report: () => undefined };

function countingCase(subject: string, order: string[]): Case {
  return {
    subject,
    at: 1,
    run: async (round) => {
      order.push(`${subject}${round}`);
      return { figure: round };
    },
  };
}

const rounds = suite('runRounds');

rounds('alternates the order of the cases and discards the warm-up round', async () => {
  const order: string[] = [];
  const results = await runRounds(bench, [countingCase('a', order), countingCase('b', order)]);
  assert.equal(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
  assert.equal(
    results.map(({ samples }) => samples),
    [
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
    ],
  );
});

rounds('reports why a case fails or is missing and continues with the others', async () => {
  const failing: Case = { subject: 'failing', at: 1, run: () => Promise.reject(new Error('broken')) };
  const absent: Case = { subject: 'absent', at: 1, missing: 'not installed' };
  const results = await runRounds(bench, [failing, absent, countingCase('a', [])]);
  const measure = toMeasure(results, 'figure', { unit: 'x', better: 'more', axis: 'n' });
  assert.is(findSeries(measure, 'failing', 1)?.missing, 'broken');
  assert.is(findSeries(measure, 'absent', 1)?.missing, 'not installed');
  assert.equal(findSeries(measure, 'a', 1)?.samples, [1, 2, 3]);
});

rounds.run();

const figures = suite('results');

const series = (samples: number[]) => ({ subject: 'a', at: 1, samples });

figures('use the median, which is not affected by one outlier', () => {
  assert.is(median([1, 1000, 3]), 3);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

figures('are compared by the median of the per-round ratios', () => {
  assert.is(medianRatio(series([10, 200, 30]), series([5, 100, 10])), 2);
  assert.is(medianRatio(series([]), series([1])), undefined);
});

figures('are checked against their targets', () => {
  const atLeast = { what: 'a ÷ b', bound: 'at least', wanted: 2 } as const;
  assert.is(isMet(ratioTarget(series([4]), series([2]), atLeast)), true);
  assert.is(isMet(ratioTarget(series([3]), series([2]), atLeast)), false);
  assert.is(isMet(ratioTarget(series([3]), undefined, atLeast)), undefined);
  assert.is(isMet(figureTarget(series([3]), 'ms', { what: 'a', bound: 'at most', wanted: 3 })), true);
});

figures('are reported with minimum and maximum', () => {
  const measures = [
    {
      name: 'perSecond',
      unit: 'requests/s',
      better: 'more',
      axis: 'connections',
      series: [series([1, 2, 9000])],
    },
  ] as const;
  const report = renderResults([
    {
      scenario: 'some',
      title: 'Some',
      about: 'something',
      command: 'npm run bench -- some',
      started: '2026-01-31T12:00:00.000Z',
      seconds: 1,
      rounds: 3,
      scale: 1,
      machine: { processor: 'one' },
      versions: { Node: 'v20' },
      load: { before: 0, after: 1 },
      measures: measures.map((measure) => ({ ...measure, series: [...measure.series] })),
      targets: [{ what: 'a', bound: 'at least', wanted: 3, unit: '×', measured: 2 }],
      notes: [],
    },
  ]);
  assert.match(report, '| a | 2 (1 – 9 000) |');
  assert.match(report, '| some | a | ≥ 3 × | 2 × | **not met** |');
});

figures.run();
