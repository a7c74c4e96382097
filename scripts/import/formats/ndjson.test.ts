/** NDJSON as it comes: split where lines end and nowhere else. */

import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readNdjson } from './ndjson.ts';

async function read(...chunks: (string | Uint8Array)[]) {
  const rows = [];
  for await (const row of readNdjson(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
    rows.push(row);
  return rows;
}

const ndjson = suite('reading NDJSON');

ndjson('empty lines count, CRLF and a missing last line end are no matter', async () => {
  assert.equal(await read('{"id":1}\r\n\r\n\n{"id":2}'), [
    { line: 1, fields: { id: 1 } },
    { line: 4, fields: { id: 2 } },
  ]);
});

ndjson(
  'a byte order mark, a chunk that ends inside a character and U+2028 in a string are no matter',
  async () => {
    const bytes = Buffer.from('\uFEFF{"name":"é\u2028x"}\n');
    for (let cut = 1; cut < bytes.length; cut++) {
      assert.equal(await read(bytes.subarray(0, cut), bytes.subarray(cut)), [
        { line: 1, fields: { name: 'é\u2028x' } },
      ]);
    }
  },
);

ndjson('a line that is no JSON object is wrong, and the next one is read', async () => {
  assert.equal(await read('{"id":1\n[1]\nnull\n7\n{}\n'), [
    { line: 1, wrong: 'not JSON: each line has to be one JSON object' },
    { line: 2, wrong: 'not a JSON object' },
    { line: 3, wrong: 'not a JSON object' },
    { line: 4, wrong: 'not a JSON object' },
    { line: 5, fields: {} },
  ]);
});

ndjson('a line without an end is not read for ever', async () => {
  assert.equal(await read('{}\n', ...Array.from({ length: 20 }, () => 'x'.repeat(65_536))), [
    { line: 1, fields: {} },
    { line: 2, wrong: 'the line has no end; the file was not read on' },
  ]);
});

ndjson.run();
