import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Id } from '../../domain/entity-id.ts';
import { createEntries, maxBlockLength, type Entries } from './entries.ts';

const count = 8 * maxBlockLength + 1;
const ascending = Array.from({ length: count }, (_, index) => 2 * index + 2);
/** 1031 and `count` have no common divisor. */
const shuffled = ascending.map((_, index) => 2 * ((index * 1031) % count) + 2);
const texts = shuffled.map((id) => `id-${id}`);
const orders: Readonly<Record<string, readonly Id[]>> = {
  ascending,
  descending: ascending.toReversed(),
  shuffled,
  texts,
};

function tableOf(ids: readonly Id[]): Entries<string> {
  const table = createEntries<string>();
  for (const [index, id] of ids.entries()) table.set(id, { version: index + 1, state: `state of ${id}` });
  return table;
}

const contentOf = (table: Entries<string>, from?: Id) =>
  Array.from(table.entries(from), ([id, { version, state }]) => [id, version, state]);
const sort = (ids: readonly Id[]) => ids.toSorted((a, b) => (a < b ? -1 : 1));
const lengthsOf = (table: Entries<string>) => Array.from(table.blocks(), ({ ids }) => ids.length);

const tables = suite('a table of entities');

for (const [order, ids] of Object.entries(orders)) {
  tables(`is sorted and complete after insertions, ${order}`, () => {
    const table = tableOf(ids);
    assert.is(table.size, count);
    assert.equal(
      contentOf(table),
      sort(ids).map((id) => [id, ids.indexOf(id) + 1, `state of ${id}`]),
    );
    for (const id of ids) assert.is(table.get(id)?.state, `state of ${id}`);
    assert.is(Math.max(...lengthsOf(table)) <= maxBlockLength, true);
  });
}
tables('has full blocks after ascending insertions', () =>
  assert.equal(lengthsOf(tableOf(ascending)), [...Array<number>(8).fill(maxBlockLength), 1]),
);
tables('returns undefined for an id that it does not have', () => {
  for (const id of [0, 1, 3, 2 * maxBlockLength + 1, 2 * count + 2]) {
    assert.is(tableOf(ascending).get(id), undefined);
    assert.is(createEntries().get(id), undefined);
  }
});
tables('replaces an entry', () => {
  const table = tableOf(shuffled);
  for (const id of ascending) table.set(id, { version: id + 1000, state: 'new' });
  assert.equal(
    contentOf(table),
    ascending.map((id) => [id, id + 1000, 'new']),
  );
  assert.is(table.size, count);
});
tables('begins with an id, or with the next greater one', () => {
  const table = tableOf(shuffled);
  const content = contentOf(table);
  for (let index = 0; index < count; index += 100) {
    assert.equal(contentOf(table, 2 * index + 2), content.slice(index));
    assert.equal(contentOf(table, 2 * index + 1), content.slice(index));
  }
  assert.equal(contentOf(table, 2 * count + 1), []);
  assert.equal(contentOf(createEntries(), 1), []);
});
tables('has states that are undefined', () => {
  const table = createEntries<undefined>();
  table.set(1, { version: 7, state: undefined });
  assert.equal(table.get(1), { version: 7, state: undefined });
});
tables.run();

const clones = suite('a clone of a table');

for (const [order, ids] of Object.entries(orders)) {
  clones(`and its original do not change each other, ${order}`, () => {
    const table = tableOf(ids);
    const before = contentOf(table);
    const clone = table.clone();
    const second = clone.clone();
    for (const id of ids) table.set(id, { version: 0, state: 'changed in the original' });
    assert.equal([contentOf(clone), clone.size], [before, count]);
    for (const id of ids) clone.set(id, { version: 0, state: 'changed in the clone' });
    assert.equal([...new Set(contentOf(table).map(([, , state]) => state))], ['changed in the original']);
    assert.equal(contentOf(second), before);
  });
}
clones('does not have what is inserted later', () => {
  const table = tableOf(ascending);
  const clone = table.clone();
  for (const id of [1, 3, 2 * count + 2, 2 * count + 4]) table.set(id, { version: 1, state: 'new' });
  assert.equal([table.size, clone.size], [count + 4, count]);
  assert.equal(contentOf(clone), contentOf(tableOf(ascending)));
  assert.is(clone.get(2 * count + 4), undefined);
});
clones.run();

const appends = suite('appended blocks');

appends('make the same table as insertions', () => {
  const table = createEntries<string>();
  const original = tableOf(shuffled);
  for (const { ids, versions, states, counts } of original.blocks())
    table.append({ ids: [...ids], versions: [...versions], states: [...states], counts: [...counts] });
  assert.equal([contentOf(table), table.size], [contentOf(original), count]);
  for (const id of shuffled) assert.equal(table.get(id), original.get(id));
  table.set(2 * count + 2, { version: 1, state: 'last' });
  table.set(1, { version: 2, state: 'first' });
  assert.equal(
    [contentOf(table).at(0), contentOf(table).at(-1)],
    [
      [1, 2, 'first'],
      [2 * count + 2, 1, 'last'],
    ],
  );
});
appends.run();
