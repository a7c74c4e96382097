import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { IndexKey, KeysOf } from '../../domain/service/index-definition.ts';
import { compareIds, type Id } from '../../domain/entity-id.ts';
import { createEntityIndex } from './entity-index.ts';

/** In these tests, the state of an entity is the list of its keys. */
const keysOf: KeysOf = (state) => (Array.isArray(state) ? state : []);
type Entity = readonly [id: number, keys: readonly IndexKey[]];
const existingOf =
  (entities: readonly Entity[]) =>
  (after: Id = 0) =>
    entities.filter(([id]) => compareIds(id, after) > 0);

/** An index for finding ids. */
function create(...entities: readonly Entity[]) {
  const index = createEntityIndex(keysOf, existingOf(entities));
  assert.ok(index.build(false));
  return index;
}

/** An index for sorted lists too. */
function createSorted(...entities: readonly Entity[]) {
  const index = createEntityIndex(keysOf, existingOf(entities));
  assert.ok(index.build(true));
  return index;
}

const finding = suite('find');

finding('yields the ids with a key in ascending order', () => {
  const { replace, find } = create([3, [1]], [9, [1, 2]]);
  assert.equal([...find(1, 0)], [3, 9]);
  assert.equal([...find(2, 0)], [9]);
  assert.equal([...find(7, 0)], []);
  assert.equal([...find(7, undefined)], []);
  replace(5, [], [1]);
  assert.equal([...find(1, 3)], [5, 9]);
  assert.equal([...find(2, 8)], [9]);
  assert.equal([...find(2, 9)], []);
});
finding('no longer yields an id whose keys have changed', () => {
  const { replace, find } = create([9, [1, 2]]);
  replace(9, [1, 2], [2, 3]);
  assert.equal(
    [1, 2, 3].map((key) => [...find(key, 0)]),
    [[], [9], [9]],
  );
});
finding.run();

const sorting = suite('sorted');

sorting('yields the ids by key, then by id', () => {
  const { replace, sorted } = createSorted([1, ['b']], [2, ['a']], [3, ['b']]);
  assert.equal([...sorted(undefined)], [2, 1, 3]);
  replace(4, [], ['aa']);
  replace(2, ['a'], ['c']);
  assert.equal([...sorted(undefined)], [4, 1, 3, 2]);
});
sorting('continues after a position, even if its entity has gone', () => {
  const { replace, sorted } = createSorted([1, ['a']], [2, ['b']], [3, ['b']], [4, ['c']]);
  replace(2, ['b'], []);
  assert.equal([...sorted({ key: 'b', id: 2 })], [3, 4]);
  replace(3, ['b'], []);
  assert.equal([...sorted({ key: 'b', id: 2 })], [4]);
  replace(5, [], ['b']);
  assert.equal([...sorted({ key: 'b', id: 2 })], [5, 4]);
});
sorting('yields the keys in descending order, and the ids of a key in ascending order', () => {
  const { replace, sorted } = createSorted([1, ['b']], [2, ['a']], [3, ['b']], [4, ['c']]);
  assert.equal([...sorted(undefined, true)], [4, 1, 3, 2]);
  assert.equal([...sorted({ key: 'b', id: 1 }, true)], [3, 2]);
  replace(3, ['b'], []);
  replace(1, ['b'], []);
  assert.equal([...sorted({ key: 'b', id: 1 }, true)], [2]);
  replace(5, [], ['bb']);
  assert.equal([...sorted({ key: 'b', id: 1 }, true)], [2]);
  assert.equal([...sorted({ key: 'z', id: 9 }, true)], [4, 5, 2]);
  assert.equal([...sorted({ key: '', id: 9 }, true)], []);
});
sorting('sorts numbers by value', () => {
  const { sorted } = createSorted([1, [100]], [2, [9]], [3, [65]]);
  assert.equal([...sorted(undefined)], [2, 3, 1]);
});
sorting.run();

const both = suite('an index');

both('has the same result as a scan of all states after any sequence of changes', () => {
  const change = fc.record({
    id: fc.integer({ min: 1, max: 6 }),
    keys: fc.uniqueArray(fc.integer({ min: 1, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const { replace, find, sorted } = createSorted();
      const states = new Map<number, readonly number[]>();
      for (const { id, keys } of changes) {
        replace(id, states.get(id) ?? [], keys);
        states.set(id, keys);
      }
      const idsOf = (key: number) =>
        [...states.keys()].filter((id) => states.get(id)?.includes(key)).toSorted((a, b) => a - b);
      for (const key of [1, 2, 3, 4, 5]) assert.equal([...find(key, 0)], idsOf(key));
      assert.equal([...sorted(undefined)], [1, 2, 3, 4, 5].flatMap(idsOf));
      assert.equal([...sorted(undefined, true)], [5, 4, 3, 2, 1].flatMap(idsOf));
    }),
  );
});
both('is correct if entities change while it is built', () => {
  const count = 12_000;
  const states = new Map(Array.from({ length: count }, (_, id) => [id + 1, [id % 7]]));
  const existing = (after: Id = 0) =>
    [...states].filter(([id]) => compareIds(id, after) > 0).toSorted(([a], [b]) => a - b);
  const { build, replace, find, sorted } = createEntityIndex(keysOf, existing);
  const set = (id: number, keys: number[]) => {
    replace(id, states.get(id) ?? [], keys);
    states.set(id, keys);
  };
  for (let round = 1; !build(true); round++) {
    // One entity that is already in the index, one that is not yet, and a new one.
    for (const id of [round, count - round, count + round]) set(id, [round, 9]);
    set(round + 100, []);
  }
  const idsOf = (key: number) =>
    [...states.keys()].filter((id) => states.get(id)?.includes(key)).toSorted((a, b) => a - b);
  const keys = Array.from({ length: 12 }, (_, key) => key);
  for (const key of keys) assert.equal([...find(key, 0)], idsOf(key));
  assert.equal([...sorted(undefined)], keys.flatMap(idsOf));
  assert.equal([...sorted(undefined, true)], keys.toReversed().flatMap(idsOf));
});
both.run();

const building = suite('build');

/** Entities 1 to 10,000 with unique keys, the highest one first. */
const many = Array.from({ length: 10_000 }, (_, index): Entity => [index + 1, [10_000 - index]]);

building('adds 5,000 entities with each call, then sorts 5,000 keys with each call', () => {
  const { build, find, sorted } = createEntityIndex(keysOf, existingOf(many));
  assert.equal([build(false), build(false), build(false)], [false, false, true]);
  assert.equal([...find(1, 0)], [10_000]);
  assert.equal([build(true), build(true), build(true), build(true)], [false, false, true, true]);
  assert.equal([...sorted(undefined)], many.map(([id]) => id).toReversed());
});
building('may be interrupted by changes of entities that are in the index, and of others', () => {
  const entities = new Map(many);
  const { build, replace, find } = createEntityIndex(keysOf, (after) => existingOf([...entities])(after));
  const set = (id: number, keys: readonly IndexKey[]) => {
    replace(id, entities.get(id) ?? [], keys);
    entities.set(id, keys);
  };
  entities.set(10_000, ['of the first entity']);
  entities.set(1, ['of the first entity']);
  assert.not(build(false));
  // The first entity, and the last one in the index, are in it; the last of all is not.
  set(10_000, ['other']);
  set(5_000, ['last']);
  while (!build(false));
  assert.equal([...find('of the first entity', 0)], [1]);
  assert.equal([...find('last', 0)], [5_000]);
  assert.equal([...find('other', 0)], [10_000]);
});
building('ignores the keys that an entity has before it is in the index', () => {
  const { build, replace, find } = createEntityIndex(keysOf, existingOf(many));
  replace(10_000, [], ['early']);
  assert.not(build(false));
  replace(10_000, ['early'], [1]);
  while (!build(false));
  assert.equal([...find('early', 0)], []);
  assert.equal([...find(1, 0)], [10_000]);
});
building.run();
