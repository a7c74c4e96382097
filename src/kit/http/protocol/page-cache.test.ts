/** Kept pages: made once, and made anew when any stream that they show has moved. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPageCache } from './page-cache.ts';

function keeper() {
  const stream = () => ({
    position: 0,
    reached: () => Promise.resolve(true),
    lastPosition: () => Promise.resolve(0),
  });
  const [own, other] = [stream(), stream()];
  const keep = createPageCache({ stream: 'OWN', own, followed: { OTHER: other }, staleSince: undefined });
  let made = 0;
  const ask = (key: string, size = 2) =>
    keep(key, () => ({ bytes: Buffer.alloc(size, String((made += 1))), next: made })).next;
  return { own, other, ask };
}

const test = suite('kept pages');

test('are made once for each key', () => {
  const { ask } = keeper();
  assert.equal([ask('a'), ask('b'), ask('a'), ask('b')], [1, 2, 1, 2]);
});
test('are made anew when the own stream moves, and when another one does', () => {
  const { own, other, ask } = keeper();
  assert.equal([ask('a'), ask('a')], [1, 1]);
  own.position += 1;
  assert.equal([ask('a'), ask('a')], [2, 2]);
  other.position += 1;
  assert.equal([ask('a'), ask('a')], [3, 3]);
});
test('are not kept when they are large', () => {
  const { ask } = keeper();
  const large = 1024 * 1024;
  assert.equal([ask('a', large), ask('a', large)], [1, 2]);
});

test.run();
