import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { compareKeys, isKeyOf, normalizeIndexes, sortableIndexes, type Index } from './index-definition.ts';

type Charger = { readonly name: string; readonly watts: number; readonly plugs: readonly string[] };

const indexes: Readonly<Record<string, Index<Charger>>> = {
  name: ({ name }) => name,
  watts: { key: z.int(), one: ({ watts }) => watts },
  plug: { each: ({ plugs }) => plugs },
};
const brick: Charger = { name: 'brick', watts: 65, plugs: ['C', 'A'] };

const test = suite('the indexes of a service');

test('return all keys of an entity', () => {
  const { name, watts, plug } = normalizeIndexes(indexes);
  assert.equal([name?.(brick), watts?.(brick), plug?.(brick)], [['brick'], [65], ['C', 'A']]);
  assert.equal(plug?.({ ...brick, plugs: [] }), []);
});
const wrong = (value: unknown): never => {
  // What `!`, a type assertion or a division by zero in a definition can return.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as never;
};
for (const [description, index, message] of [
  [
    'returns nothing instead of its keys',
    { each: () => wrong(undefined) },
    'the keys are not an array: undefined',
  ],
  ['returns a text instead of its keys', { each: () => wrong('AB') }, 'the keys are not an array: string'],
  ['has no key', () => wrong(undefined), 'a key does not have the type of its index: undefined'],
  [
    'has null among its keys',
    { each: () => ['A', wrong(null)] },
    'a key does not have the type of its index: null',
  ],
  [
    'has a key that is not a number',
    { key: z.int(), one: () => NaN },
    'a key does not have the type of its index: NaN',
  ],
  [
    'has a text as a key, but is one of numbers',
    { key: z.int(), one: () => wrong('7') },
    'a key does not have the type of its index: string',
  ],
  [
    'has a number as a key, but is one of texts',
    () => wrong(7),
    'a key does not have the type of its index: 7',
  ],
] satisfies [string, Index<never>, string][]) {
  test(`throw if one ${description}`, () => {
    const { broken } = normalizeIndexes({ broken: index });
    assert.throws(
      () => broken?.(brick),
      (error: unknown) => error instanceof TypeError && error.message === message,
    );
  });
}
test('can have keys whose schema has no single type', () => {
  const key: z.ZodType<number> = z.union([z.literal(1), z.literal(2)]);
  assert.equal(normalizeIndexes({ size: { key, one: () => 2 } })['size']?.(brick), [2]);
});
test('sort a list if they have one key for each entity', () =>
  assert.equal(sortableIndexes(indexes), ['name', 'watts']));
for (const [description, key, texts, numbers] of [
  ['texts', z.string(), true, false],
  ['numbers', z.int().min(10), false, true],
  ['a union of texts', z.union([z.literal('a'), z.literal('b')]), true, false],
  ['a union of numbers', z.union([z.literal(10), z.literal(20)]), false, true],
  ['literals', z.literal([10, 20]), false, true],
  ['named texts', z.enum(['a', 'b']), true, false],
  ['named texts and numbers', z.enum({ a: 'a', b: 10 }), true, true],
  ['a schema with an id', z.int().meta({ id: 'Watts' }), false, true],
  ['a schema that JSON Schema cannot express', z.custom<string | number>(), true, true],
] as const) {
  test(`have keys with the type of ${description}, also a key that its schema no longer allows`, () =>
    assert.equal([isKeyOf(key, 'old'), isKeyOf(key, 3)], [texts, numbers]));
}
test('have texts in NFC as keys, so that two spellings of a name are one key', () => {
  const keysOf = normalizeIndexes({ name: (state: { readonly name: string }) => state.name });
  assert.equal(keysOf['name']?.({ name: 'Porte\u0301' }), ['Porté']);
});
test('sort numbers by value, and texts by UTF-16 code units', () => {
  assert.equal([100, 9, 65].toSorted(compareKeys), [9, 65, 100]);
  assert.equal(['b', '9', 'B', '10', 'a'].toSorted(compareKeys), ['10', '9', 'B', 'a', 'b']);
});
test.run();
