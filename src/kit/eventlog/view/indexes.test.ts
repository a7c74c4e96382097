import { setImmediate as nextTurn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { normalizeIndexes } from '../../domain/service/index-definition.ts';
import { createIndexes, type Selection, type Sort } from './indexes.ts';

const colours = ['red', 'green', 'blue'];

/** Indexes of the lamps 1 to `count`, whose states are their names: red 1, green 2, blue 3, red 4 … */
function createLamps(count: number) {
  const lamps = Array.from(
    { length: count },
    (_, index) => [index + 1, `${colours[index % 3]} ${index + 1}`] as const,
  );
  const errors: unknown[] = [];
  const indexes = createIndexes(
    {
      colour: (state) => String(state).split(' ').slice(0, 1),
      name: (state) => [String(state)],
      broken: (state) => {
        if (state === 'green 2') throw new TypeError('no key');
        return [String(state)];
      },
    },
    (after = 0) => lamps.slice(Number(after)),
    (name, id, error) => errors.push([name, id, error]),
  );
  return { indexes, errors, find: (colour: string) => indexes.select({ colour }, undefined, 0) };
}

/** Returns the first three ids to examine; undefined if these are all ids. */
const firstOf = ({ candidates }: Selection) => candidates && [...candidates].slice(0, 3);

const building = suite('an index');

building('of few entities is complete when a list first uses it', () => {
  const { find } = createLamps(9);
  assert.equal(firstOf(find('green')), [2, 5, 8]);
});
building('of many entities is built in the background, one step in each turn of the event loop', async () => {
  // Two full steps, and one to find that no entity is left.
  const { find } = createLamps(10_000);
  for (let list = 0; list < 5; list++) assert.is(firstOf(find('green')), undefined);
  await nextTurn();
  assert.is(firstOf(find('green')), undefined);
  await nextTurn();
  assert.equal(firstOf(find('green')), [2, 5, 8]);
});
building('reads no more entities once it is complete', async () => {
  let reads = 0;
  const entities = Array.from({ length: 5_000 }, (_, index) => [index + 1, 'lamp'] as const);
  const indexes = createIndexes({ name: (state) => [String(state)] }, (after = 0) => {
    reads += 1;
    return entities.slice(Number(after));
  });
  indexes.select({ name: 'lamp' }, undefined, undefined);
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  assert.is(reads, 2);
});
building('is sorted in the background as well, while lists sort all entities', async () => {
  const { indexes } = createLamps(10_000);
  const sort: Sort = { by: 'colour', after: { key: 'blue', id: 9_999 } };
  const list = () => indexes.select({}, sort, 0).candidates ?? [];
  const all = [...(indexes.select({}, { by: 'colour' }, 0).candidates ?? [])];
  assert.equal([all.length, ...all.slice(0, 2)], [10_000, 3, 6]);
  const early = list();
  assert.ok(Array.isArray(early));
  assert.equal([early.length, ...early.slice(0, 2)], [6_667, 2, 5]);
  while (Array.isArray(list())) await nextTurn();
  assert.equal([...list()], early);
});
building('is not sorted for lists that only select entities', async () => {
  const { indexes } = createLamps(10_000);
  const find = () => indexes.select({ name: 'red 1' }, undefined, 0);
  assert.is(firstOf(find()), undefined);
  await nextTurn();
  await nextTurn();
  assert.equal(firstOf(find()), [1]);
});
building.run();

const failing = suite('an index whose function throws');

failing('does not contain the entity, and reports the error', () => {
  const { indexes, errors } = createLamps(4);
  const { candidates } = indexes.select({}, { by: 'broken' }, 0);
  assert.equal([...(candidates ?? [])], [3, 1, 4]);
  assert.equal(errors, [['broken', 2, new TypeError('no key')]]);
  assert.not(indexes.select({ broken: 'green 2' }, undefined, 0).matches('green 2', 2));
});
failing('is the same if the function returns no keys, or wrong ones', () => {
  const errors: string[] = [];
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const missing = undefined as never;
  const lamps: [number, number | undefined][] = [1, 0, 2, undefined, 3].map((level, at) => [at + 1, level]);
  const indexes = createIndexes(
    normalizeIndexes({
      watts: { key: z.number(), one: (level: number) => 6 / level - 6 / level + level },
      sockets: { each: (level: number | undefined) => (level === undefined ? missing : [String(level)]) },
    }),
    () => lamps,
    (name) => errors.push(name),
  );
  const sorted = indexes.select({}, { by: 'watts', descending: true }, undefined).candidates ?? [];
  assert.equal([...sorted], [5, 3, 1]);
  assert.equal(errors, ['watts', 'watts']);
  assert.equal([...(indexes.select({ sockets: '2' }, undefined, undefined).candidates ?? [])], [3]);
  indexes.replace(4, { state: undefined }, { state: 2 });
  assert.equal([...(indexes.select({ sockets: '2' }, undefined, undefined).candidates ?? [])], [3, 4]);
});
failing.run();
