import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { cutPageBy } from './paging.ts';

const test = suite('a page');
const positions = [{ position: 3 }, { position: 5 }, { position: 9 }];
const cut = (limit: number) => cutPageBy(limit, positions, ({ position }) => position);

test('has a next page only if an item is left after its last one', () => {
  assert.equal(cut(2), { page: positions.slice(0, 2), next: 5 });
  assert.equal(cut(3), { page: positions, next: undefined });
});
test('without items has no next page, because there is no item to continue after', () =>
  assert.equal(cut(0), { page: [], next: undefined }));
test.run();
