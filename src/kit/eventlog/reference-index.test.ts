import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createReferenceIndex } from './reference-index.ts';

const none: readonly number[] = [];
const all = { limit: Infinity };
const references = suite('the reference index');

references('lists the ids that refer to a target in ascending order', () => {
  const { replace, list } = createReferenceIndex((state: readonly number[]) => state);
  replace(9, none, [1, 2]);
  replace(3, none, [1]);
  assert.equal(list(1, all), [3, 9]);
  assert.equal(list(2, all), [9]);
  assert.equal(list(7, all), []);
});
references('removes references that are no longer in the state', () => {
  const { replace, list } = createReferenceIndex((state: readonly number[]) => state);
  replace(9, none, [1, 2]);
  replace(9, [1, 2], [2, 3]);
  assert.equal(
    [1, 2, 3].map((target) => list(target, all)),
    [[], [9], [9]],
  );
});
references('supports paging with `after` and `limit`', () => {
  const { replace, list } = createReferenceIndex((state: readonly number[]) => state);
  for (const id of [5, 1, 4, 2]) replace(id, none, [1]);
  assert.equal(list(1, { limit: 2 }), [1, 2]);
  assert.equal(list(1, { after: 2, limit: 2 }), [4, 5]);
  assert.equal(list(1, { after: 5, limit: 2 }), []);
  assert.equal(list(1, { limit: 0 }), []);
});
references('has the same result as a scan of all states after any sequence of changes', () => {
  const change = fc.record({
    id: fc.integer({ min: 1, max: 6 }),
    state: fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const { replace, list } = createReferenceIndex((state: readonly number[]) => state);
      const states = new Map<number, readonly number[]>();
      for (const { id, state } of changes) {
        replace(id, states.get(id) ?? none, state);
        states.set(id, state);
      }
      for (const target of [1, 2, 3, 4, 5]) {
        const referring = [...states].filter(([, state]) => state.includes(target)).map(([id]) => id);
        assert.equal(
          list(target, all),
          referring.toSorted((a, b) => a - b),
        );
      }
    }),
  );
});
references.run();
