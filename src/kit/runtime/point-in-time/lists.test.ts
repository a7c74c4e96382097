/** The process that lists the past has a heap limit of its own, whatever its service was told. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutHeapShare } from './lists.ts';

const test = suite('the options of Node that the process inherits');

test('are without a share of the memory', () => {
  assert.is(withoutHeapShare('--max-old-space-size-percentage=75'), '');
  assert.is(
    withoutHeapShare('--no-warnings --max-old-space-size-percentage=75 --inspect'),
    '--no-warnings --inspect',
  );
});
test('and else what they were', () => {
  assert.is(withoutHeapShare(undefined), '');
  assert.is(withoutHeapShare('--max-old-space-size=288 --inspect'), '--max-old-space-size=288 --inspect');
});
test.run();
