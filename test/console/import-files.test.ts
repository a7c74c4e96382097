/** The modules with which the web console reads files. `npm run import` shares some of them; the others have to read the same. */

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCsv as readCsvOfImport } from '../../scripts/import/formats/csv/csv.ts';
import {
  guessMapping,
  ignoredColumns,
  missingFields,
} from '../../src/kit/console/import/map/column-mapping.js';
import { toReason, toRowInput } from '../../src/kit/console/import/map/row-input.js';
import { complain } from '../../src/kit/console/import/map/schema-check.js';
import type { Schema } from '../../src/kit/console/contract/openapi.js';
import { digestOf } from '../../src/kit/console/import/send/key.js';
import { describeDifference } from '../../src/kit/console/import/send/stored-row.js';
import { readCsv } from '../../src/kit/console/import/read/csv.js';
import { findRepeatedKey } from '../../src/kit/console/import/read/repeated-key.js';

function chunksOf(text: string, size: number): AsyncIterable<string> {
  const chunks = function* () {
    for (let start = 0; start < text.length; start += size) yield text.slice(start, start + size);
  };
  return Readable.from(chunks());
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const csv = suite('a CSV file');

csv('is read as `npm run import` reads it, wherever its text is divided', async () => {
  const pieces = [',', ';', '\t', '"', '""', '\n', '\r\n', '\r', ' ', 'a', 'é', '1', 'sep=;\n'];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 5 }), async (written, size) => {
      const expected = await readCsvOfImport(chunksOf(written, 1024));
      const read = await readCsv(chunksOf(written, size));
      assert.is(read.delimiter, expected.delimiter);
      assert.equal(await collect(read.rows), await collect(expected.rows));
    }),
    { numRuns: 1000 },
  );
});
csv('with an unclosed quote is read until then', async () => {
  const text = `a,b\n1,"2\n${'3,4\n'.repeat(400_000)}`;
  const { rows } = await readCsv(chunksOf(text, 65_536));
  assert.equal(await collect(rows), [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, error: 'unclosed quote in this row; the rest of the file was not read' },
  ]);
});
csv.run();

const json = suite('a key of a JSON object');

json('is found if it is there twice, also if it is written in another way', () => {
  for (const [text, key] of [
    ['{"a":1,"b":2}', undefined],
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', undefined],
    ['{"a":"\\"a\\":","b":"{"}', undefined],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a":[{"b":1,"b":2}]}', 'b'],
    ['{"a":1,"x":["a"],"a" :2}', 'a'],
  ] as const)
    assert.is(findRepeatedKey(text), key, text);
});
json.run();

const field = (name: string, schema: object, required = true) => ({ name, schema, required });
const toColumns = (...names: readonly string[]) => names.map((name, key) => ({ key, name }));

const mapping = suite('the columns of a file');

mapping('are guessed by name, without case, punctuation and noun, and each is used once', () => {
  const fields = [
    field('id', {}),
    field('size', { title: 'Size in cm' }, false),
    field('type', { const: 'Lamp' }),
  ];
  const columns = toColumns('LAMP id', 'Size (in cm)', 'type', 'rejected_reason', 'Id');
  const guess = guessMapping(fields, columns, 'lamp');
  assert.equal(guess, { id: columns[4], size: columns[1] });
  assert.equal(guessMapping(fields, columns.slice(0, 3), 'lamp'), { id: columns[0], size: columns[1] });
  assert.equal(
    ignoredColumns(columns, guess).map(({ name }) => name),
    ['LAMP id', 'type'],
  );
  assert.equal(
    missingFields(fields, {}).map(({ name }) => name),
    ['id'],
  );
});
mapping.run();

const values = suite('a value of a file');

values('is converted to the type of its field', () => {
  const cases = [
    [{ type: 'string' }, ' Cafe\u0301 ', 'Café'],
    [{ type: 'integer' }, '12', 12],
    [{ type: 'integer' }, '007', '007'],
    [{ type: 'number' }, '-1.5e3', -1500],
    [{ type: 'boolean' }, 'TRUE', true],
    [{ enum: [1, 'a'] }, '1', 1],
    [{ type: 'array' }, '[1]', [1]],
    [{ type: 'string' }, 7, 7],
    [{ type: 'string' }, ' ', undefined],
  ] as const;
  for (const [schema, value, expected] of cases) {
    const [column] = toColumns('x');
    assert.ok(column);
    const { body } = toRowInput([field('x', schema, false)], { x: column }, () => value);
    assert.equal(body['x'], expected, String(value));
  }
});
values('is checked against the schema', () => {
  const cases: readonly (readonly [Schema, unknown, string | undefined])[] = [
    [{ type: 'string', maxLength: 2 }, 'abc', 'is longer than 2 characters'],
    [{ type: 'string', pattern: '^[A-Z]+$' }, 'a', 'must be a text that matches ^[A-Z]+$'],
    [{ type: 'string', pattern: '(' }, 'a', undefined],
    [{ type: 'integer', minimum: 1, maximum: 9 }, 10, 'must be a whole number from 1 to 9'],
    [{ type: 'number', minimum: 0 }, 'x', 'must be a number of at least 0'],
    [{ type: ['string', 'null'] }, null, undefined],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'x', 'must be a whole number'],
    [{ enum: ['a', 'b'] }, 'c', 'must be one of: a, b'],
    [{ type: 'array', items: { type: 'integer' } }, [1, 'x'], 'each value must be a whole number'],
    [{ $ref: '#/components/schemas/Other' }, 'x', undefined],
  ];
  for (const [schema, value, expected] of cases)
    assert.is(complain(schema, value), expected, JSON.stringify(schema));
});
values('that is missing is part of the reason', () => {
  const [id, name] = toColumns('id', 'name');
  assert.ok(id && name);
  const fields = [field('id', { type: 'integer' }, false), field('name', { type: 'string' })];
  const { complaints } = toRowInput(fields, { id, name }, ({ key }) => (key === 0 ? 'x' : ''));
  assert.is(toReason(complaints), 'id: must be a whole number; name is missing');
});
values.run();

const stored = suite('a row of an entity that exists');

stored('differs if a field of the document has another value, and not by its Unicode form', () => {
  const contract = { columns: [field('name', {}), field('size', {}), field('maker', {})], noun: 'lamp' };
  const compare = (body: Record<string, unknown>, entity: object) =>
    describeDifference(body, { id: 1, ...entity }, contract);
  assert.is(
    compare({ id: 1, name: 'é', makerId: 7, secret: 1 }, { name: 'e\u0301', maker: { id: 7 } }),
    undefined,
  );
  assert.is(compare({ size: 1 }, {}), 'differs, the lamp is left unchanged: its size is null, not 1');
  assert.is(
    compare({ makerId: 8 }, { maker: { id: 7 } }),
    'differs, the lamp is left unchanged: its makerId is 7, not 8',
  );
});
stored('has a key that depends on each character', () => {
  const texts = Array.from({ length: 5000 }, (_, index) => `${'x'.repeat(index % 50)}${index}`);
  assert.is(new Set(texts.map(digestOf)).size, texts.length);
});
stored.run();
