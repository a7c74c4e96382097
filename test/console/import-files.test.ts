/** The modules with which the web console reads files. `npm run import` shares some of them; the others have to read the same. */

import { Readable } from 'node:stream';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCsv as readCsvOfImport } from '../../scripts/import/formats/csv/csv.ts';
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
