import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withoutHeapShare } from './lists.ts';

const test = suite('withoutHeapShare');

test('removes the heap limit in percent', () => {
  assert.is(withoutHeapShare('--max-old-space-size-percentage=75'), '');
  assert.is(
    withoutHeapShare('--no-warnings --max-old-space-size-percentage=75 --inspect'),
    '--no-warnings --inspect',
  );
});
test('retains all other options', () => {
  assert.is(withoutHeapShare(undefined), '');
  assert.is(withoutHeapShare('--max-old-space-size=288 --inspect'), '--max-old-space-size=288 --inspect');
});
test.run();
