import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { keySchemas, normalizeIndexes } from '../../domain/service/index-definition.ts';
import { Problem } from '../../domain/problem.ts';
import { formatCursor, nextAfter, parseSort, sortParameters, splitSort } from './sorting.ts';

type Lamp = { readonly colour: string; readonly watts: number };
const definitions = {
  colour: (lamp: Lamp) => lamp.colour,
  watts: { key: z.int().max(5), one: (lamp: Lamp) => lamp.watts },
};
const indexes = normalizeIndexes(definitions);
const keys = keySchemas(definitions);
const lamp = { id: 7, state: { colour: 'red', watts: 9 }, version: 3 };
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function problemOf(run: () => unknown): [code: string, message: string] {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.message];
    throw error;
  }
  throw new Error('no problem');
}

const parameters = suite('the parameters of a sorted list');

parameters('are an index and a cursor, both optional and described', () => {
  const schema = z.object(sortParameters(['colour', 'watts']));
  assert.equal(schema.parse({}), {});
  assert.equal(schema.parse({ sort: 'watts', cursor: 'x' }), { sort: 'watts', cursor: 'x' });
  assert.equal(schema.parse({ sort: '-watts' }), { sort: '-watts' });
  for (const sort of ['size', '-size', '--watts', '+watts', '-']) {
    assert.not(schema.safeParse({ sort }).success, sort);
  }
  const { sort, cursor } = z.toJSONSchema(schema).properties ?? {};
  for (const parameter of [sort, cursor])
    assert.ok(typeof parameter === 'object' && (parameter.description ?? '').length > 20);
});
parameters('do not exist without an index to sort by', () => assert.equal(sortParameters([]), {}));
parameters('are separated from the filters', () => {
  assert.equal(splitSort({ sort: 'colour', cursor: 'x', watts: 9, size: undefined }), {
    sort: 'colour',
    cursor: 'x',
    where: { watts: 9, size: undefined },
  });
  assert.equal(splitSort({ watts: 9 }).sort, undefined);
});
parameters.run();

const order = suite('the order of a list');

order('is that of the ids without `sort`', () => assert.is(parseSort(keys, {}, 5), undefined));
order('begins with the first entity without a cursor', () =>
  assert.equal(parseSort(keys, { sort: 'colour' }, 0), { by: 'colour', descending: false }),
);
for (const [sort, by, descending, key] of [
  ['colour', 'colour', false, 'red'],
  ['watts', 'watts', false, 9],
  ['-watts', 'watts', true, 9],
] as const) {
  order(`continues after the entity of the cursor (${sort})`, () =>
    assert.equal(parseSort(keys, { sort, cursor: formatCursor(indexes, sort, lamp) }, 0), {
      by,
      descending,
      after: { key, id: 7 },
    }),
  );
}
order('cannot have a cursor without `sort`', () =>
  assert.equal(
    problemOf(() => parseSort(keys, { cursor: 'x' }, 0)),
    ['malformed', 'cursor requires sort.'],
  ),
);
order('cannot continue after an id', () =>
  assert.equal(
    problemOf(() => parseSort(keys, { sort: 'colour' }, 5)),
    ['malformed', 'A sorted list continues at a cursor, not after an id.'],
  ),
);
for (const cursor of [
  '',
  'x',
  formatCursor(indexes, 'watts', lamp),
  formatCursor(indexes, '-colour', lamp),
  encode(['colour', 'red']),
  encode(['colour', null, 7]),
  encode(['colour', 1, 7]),
  encode(['colour', 'red', 'x']),
  encode({}),
]) {
  order(`rejects the cursor ${JSON.stringify(cursor)}`, () =>
    assert.equal(
      problemOf(() => parseSort(keys, { sort: 'colour', cursor }, 0)),
      ['malformed', 'The cursor is not from a list that is sorted by colour.'],
    ),
  );
}
order('rejects the cursor with a text of an index of numbers', () =>
  assert.is(
    problemOf(() => parseSort(keys, { sort: 'watts', cursor: encode(['watts', '9', 7]) }, 0))[0],
    'malformed',
  ),
);
order('continues after the id, and in a sorted list after a cursor', () => {
  assert.is(nextAfter(indexes, undefined, lamp), 7);
  assert.equal(nextAfter(indexes, '-watts', lamp), { cursor: formatCursor(indexes, '-watts', lamp) });
});
order.run();
