import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createPageCache } from './page-cache.ts';

function createCache() {
  const stream = () => ({
    position: 0,
    reached: () => Promise.resolve(true),
    lastPosition: () => Promise.resolve(0),
    leaderPosition: () => Promise.resolve(0),
  });
  const [own, other] = [stream(), stream()];
  const cache = createPageCache({ stream: 'OWN', own, followed: { OTHER: other }, staleSince: undefined });
  let created = 0;
  const read = (key: string, size = 2) =>
    Number(
      cache(key, () => ({ bytes: Buffer.alloc(size), headers: { Number: `${++created}` } })).headers[
        'Number'
      ],
    );
  return { own, other, read };
}

const test = suite('the page cache');

test('creates a page once per key', () => {
  const { read } = createCache();
  assert.equal([read('a'), read('b'), read('a'), read('b')], [1, 2, 1, 2]);
});
test('creates a page again after its own or a followed stream has advanced', () => {
  const { own, other, read } = createCache();
  assert.equal([read('a'), read('a')], [1, 1]);
  own.position += 1;
  assert.equal([read('a'), read('a')], [2, 2]);
  other.position += 1;
  assert.equal([read('a'), read('a')], [3, 3]);
});
test('caches pages of up to 512 KiB', () => {
  const { read } = createCache();
  assert.equal([read('a', 512 * 1024), read('a', 512 * 1024)], [1, 1]);
});
test('does not cache large pages', () => {
  const { read } = createCache();
  const large = 1024 * 1024;
  assert.equal([read('a', large), read('a', large)], [1, 2]);
});

test.run();
