import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkResult, isPassed, renderChecks } from './check.ts';
import type { Measure, Result } from './result.ts';
import { sampleResult } from './sample-result.ts';

const ratio = { measure: 'figure', of: 'ours', by: 'peer' };

/** A result with one ratio. */
function resultOf(
  ours: number[],
  peer: number[],
  parts: Partial<Result> & { better?: Measure['better'] } = {},
) {
  const { better = 'more', ...others } = parts;
  const series = [
    { subject: 'ours', at: 1, samples: ours },
    { subject: 'peer', at: 1, samples: peer },
  ];
  return sampleResult({ measures: [{ name: 'figure', unit: 's', axis: 'n', better, series }], ...others });
}

function checkRatios(now: number, kept: number, better: Measure['better'] = 'more') {
  const [check] = checkResult([ratio], resultOf([now], [1], { better }), resultOf([kept], [1], { better }));
  if (check === undefined) throw new Error('not checked');
  return check;
}

const checks = suite('the check');

checks('fails when a throughput ratio loses more than 15 %', () => {
  assert.is(checkRatios(0.84, 1).verdict, 'loss');
  assert.is(checkRatios(0.86, 1).verdict, 'ok');
  assert.is(checkRatios(2, 1).verdict, 'ok');
});

checks('fails when a ratio of times gains more than 15 %', () => {
  assert.is(checkRatios(1.16, 1, 'less').verdict, 'loss');
  assert.is(checkRatios(1.14, 1, 'less').verdict, 'ok');
  assert.is(checkRatios(0.5, 1, 'less').verdict, 'ok');
});

checks('passes only if something was compared and nothing was lost', () => {
  assert.is(isPassed([checkRatios(1, 1)]), true);
  assert.is(isPassed([checkRatios(1, 1), checkRatios(0.5, 1)]), false);
  assert.is(isPassed([]), false);
});

checks('compares nothing without a kept figure for the same sizes', () => {
  const now = resultOf([1], [1]);
  for (const kept of [undefined, resultOf([9], [1], { scale: 0.001 }), resultOf([9], [])]) {
    const found = checkResult([ratio], now, kept);
    assert.is(found[0]?.verdict, 'not compared');
    assert.is(isPassed(found), false);
  }
});

checks('fails when a figure of ours is missing, but not when only the peer is', () => {
  const kept = resultOf([1], [1]);
  assert.is(checkResult([ratio], resultOf([], [1]), kept)[0]?.verdict, 'failed');
  assert.is(checkResult([ratio], resultOf([1], []), kept)[0]?.verdict, 'not compared');
});

checks('lists every loss', () => {
  const text = renderChecks([checkRatios(0.5, 1), checkRatios(1, 1), checkRatios(0.4, 1)]);
  assert.match(text, '| some | ours ÷ peer, 1 n | 1 × | 0.5 × | -50 % | loss |');
  assert.match(text, '2 of 3 figures lost');
  assert.is(text.split('\n- some: ').length, 3);
});

checks.run();
