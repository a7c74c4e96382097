import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compare, isMet, type Comparison } from './comparison.ts';
import { median, ratiosOf } from './result.ts';
import { sampleResult } from './sample-result.ts';

const figures = suite('figures');
const series = (samples: number[]) => ({ subject: 'a', at: 1, samples });

figures('use the median, which is not affected by one outlier', () => {
  assert.is(median([1, 1000, 3]), 3);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

figures('are compared round by round', () => {
  assert.equal(ratiosOf(series([10, 200, 30]), series([5, 100, 10])), [2, 2, 3]);
  assert.equal(ratiosOf(series([10, 200]), series([5])), [2]);
});

figures.run();

const comparisons = suite('a comparison');
const ours = { measure: 'perSecond', of: 'ours', by: 'peer' };
const compareSample = (comparison: Comparison) => compare('some', comparison, sampleResult());

comparisons(
  'is the median of the ratios at the largest value of the axis, unless it names another one',
  () => {
    const { measured, unit, label } = compareSample(ours);
    assert.is(measured, 2);
    assert.is(unit, '×');
    assert.is(label, 'ours ÷ peer, 64 connections');
    assert.is(compareSample({ ...ours, at: 1 }).measured, 1);
  },
);

comparisons('without a second subject is the figure itself', () => {
  const { measured, unit } = compareSample({ measure: 'perSecond', of: 'ours' });
  assert.is(measured, 30);
  assert.is(unit, 'requests/s');
});

comparisons('is met or not, depending on its bound', () => {
  assert.is(isMet(compareSample({ ...ours, atLeast: 2 })), true);
  assert.is(isMet(compareSample({ ...ours, atLeast: 2.1 })), false);
  assert.is(isMet(compareSample({ ...ours, atMost: 2 })), true);
  assert.is(isMet(compareSample({ ...ours, atMost: 1.9 })), false);
  assert.is(isMet(compareSample(ours)), undefined);
});

comparisons('is not measured without the scenario, the setting, the measure or a subject', () => {
  const target = { ...ours, atLeast: 1 };
  for (const compared of [
    compare('some', target, undefined),
    compareSample({ ...target, setting: 'other' }),
    compareSample({ ...target, measure: 'p99' }),
    compareSample({ ...target, of: 'absent' }),
    compareSample({ ...target, of: 'unknown' }),
  ]) {
    assert.is(compared.measured, undefined);
    assert.is(isMet(compared), undefined);
    assert.is(compared.isOwnMeasured, false);
  }
  for (const by of ['absent', 'unknown']) {
    const compared = compareSample({ ...target, by });
    assert.is(compared.measured, undefined);
    assert.is(compared.isOwnMeasured, true);
  }
});

comparisons.run();
