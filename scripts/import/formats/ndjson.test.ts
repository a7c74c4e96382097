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

const ndjson = suite('readNdjson');

ndjson('counts empty lines, and accepts CRLF and a missing final newline', async () => {
  assert.equal(await read('{"id":1}\r\n\r\n\n{"id":2}'), [
    { line: 1, fields: { id: 1 } },
    { line: 4, fields: { id: 2 } },
  ]);
});

ndjson(
  'accepts a byte order mark, a chunk boundary inside a character, and U+2028 inside a string',
  async () => {
    const bytes = Buffer.from('\uFEFF{"name":"é\u2028x"}\n');
    for (let cut = 1; cut < bytes.length; cut++) {
      assert.equal(await read(bytes.subarray(0, cut), bytes.subarray(cut)), [
        { line: 1, fields: { name: 'é\u2028x' } },
      ]);
    }
  },
);

ndjson('reports a line that is not a JSON object and reads the next one', async () => {
  assert.equal(await read('{"id":1\n[1]\nnull\n7\n{}\n'), [
    { line: 1, error: 'not JSON: each line must be one JSON object' },
    { line: 2, error: 'not a JSON object' },
    { line: 3, error: 'not a JSON object' },
    { line: 4, error: 'not a JSON object' },
    { line: 5, fields: {} },
  ]);
});

ndjson('reports a line with a repeated key, and reads the next one', async () => {
  assert.equal(await read('{"id":1,"name":"a","name":"b"}\n{"id":2}'), [
    { line: 1, error: 'the key "name" is there more than once' },
    { line: 2, fields: { id: 2 } },
  ]);
});

ndjson('stops reading at a line that exceeds the length limit', async () => {
  assert.equal(await read('{}\n', ...Array.from({ length: 20 }, () => 'x'.repeat(65_536))), [
    { line: 1, fields: {} },
    { line: 2, error: 'line too long; the rest of the file was not read' },
  ]);
});

ndjson.run();
