import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createVersionCache } from './version-cache.ts';

function createReader() {
  const cache = createVersionCache();
  let rendered = 0;
  return async (key: string, version: number, size = 2) => {
    const page = await cache(key, version, () =>
      Promise.resolve({ bytes: Buffer.alloc(size), next: (rendered += 1) }),
    );
    return page.next;
  };
}

const test = suite('the cache of pages about one entity');

test('renders a page once per key and version', async () => {
  const read = createReader();
  assert.equal([await read('a', 1), await read('b', 1), await read('a', 1)], [1, 2, 1]);
  assert.equal([await read('a', 2), await read('a', 2), await read('b', 1)], [3, 3, 2]);
});
test('does not cache large pages', async () => {
  const read = createReader();
  const large = 16 * 1024 + 1;
  assert.equal([await read('a', 1, large), await read('a', 1, large)], [1, 2]);
});
test('keeps at most 2000 pages', async () => {
  const read = createReader();
  for (let key = 0; key <= 2000; key++) await read(String(key), 1);
  assert.is(await read('2000', 1), 2001);
  assert.is(await read('0', 1), 2002);
});

test.run();
