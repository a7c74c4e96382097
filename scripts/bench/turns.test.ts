/** How figures are taken and compared. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createWorkshop } from './children.ts';
import { renderResults } from './render.ts';
import { isMet, median, medianRatio } from './result.ts';
import { figureTarget, findSeries, ratioTarget, takeTurns, toMeasure, type Case } from './turns.ts';

const workshop = createWorkshop();
const bench = { workshop, rounds: 3, seconds: 1, size: (full: number) => full, report: () => undefined };

function counting(subject: string, order: string[]): Case {
  return {
    subject,
    at: 1,
    run: async (round) => {
      order.push(`${subject}${round}`);
      return { figure: round };
    },
  };
}

const turns = suite('subjects take turns');

turns('in an order that turns round, and the warm-up does not count', async () => {
  const order: string[] = [];
  const taken = await takeTurns(bench, [counting('a', order), counting('b', order)]);
  assert.equal(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
  assert.equal(
    taken.map(({ samples }) => samples),
    [
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
      [{ figure: 1 }, { figure: 2 }, { figure: 3 }],
    ],
  );
});

turns('and one that fails or cannot be had says why, while the others go on', async () => {
  const failing: Case = { subject: 'failing', at: 1, run: () => Promise.reject(new Error('it broke')) };
  const absent: Case = { subject: 'absent', at: 1, missing: 'not installed' };
  const taken = await takeTurns(bench, [failing, absent, counting('a', [])]);
  const measure = toMeasure(taken, 'figure', { unit: 'x', better: 'more', axis: 'n' });
  assert.is(findSeries(measure, 'failing', 1)?.missing, 'it broke');
  assert.is(findSeries(measure, 'absent', 1)?.missing, 'not installed');
  assert.equal(findSeries(measure, 'a', 1)?.samples, [1, 2, 3]);
});

turns.run();

const figures = suite('figures are compared');

const series = (samples: number[]) => ({ subject: 'a', at: 1, samples });

figures('by the median, which one bad round does not move', () => {
  assert.is(median([1, 1000, 3]), 3);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

figures('round by round', () => {
  assert.is(medianRatio(series([10, 200, 30]), series([5, 100, 10])), 2);
  assert.is(medianRatio(series([]), series([1])), undefined);
});

figures('with what they should be', () => {
  const atLeast = { what: 'a ÷ b', bound: 'at least', wanted: 2 } as const;
  assert.is(isMet(ratioTarget(series([4]), series([2]), atLeast)), true);
  assert.is(isMet(ratioTarget(series([3]), series([2]), atLeast)), false);
  assert.is(isMet(ratioTarget(series([3]), undefined, atLeast)), undefined);
  assert.is(isMet(figureTarget(series([3]), 'ms', { what: 'a', bound: 'at most', wanted: 3 })), true);
});

figures('and reported with their spread', () => {
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
