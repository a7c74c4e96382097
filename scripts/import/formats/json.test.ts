import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readJson } from '../../../src/kit/console/import/read/json-rows.js';

async function read(text: string, chunkSize = Infinity) {
  const chunks = function* () {
    for (let start = 0; start < text.length; start += chunkSize)
      yield text.slice(start, Math.min(start + chunkSize, text.length));
  };
  const rows = [];
  for await (const row of readJson(Readable.from(chunks()))) rows.push(row);
  return rows;
}

const json = suite('readJson');

json('counts empty lines, and accepts CRLF and a missing final newline', async () => {
  assert.equal(await read('{"id":1}\r\n\r\n\n{"id":2}'), [
    { line: 1, fields: { id: 1 } },
    { line: 4, fields: { id: 2 } },
  ]);
});

json('accepts U+2028 inside a string', async () => {
  assert.equal(await read('{"name":"é\u2028x"}\n'), [{ line: 1, fields: { name: 'é\u2028x' } }]);
});

json('reports a line that is not a JSON object and reads the next one', async () => {
  assert.equal(await read('{"id":1\n[1]\nnull\n7\n{}\n'), [
    { line: 1, error: 'not JSON: each line must be one JSON object', text: '{"id":1' },
    { line: 2, error: 'not a JSON object', text: '[1]' },
    { line: 3, error: 'not a JSON object', text: 'null' },
    { line: 4, error: 'not a JSON object', text: '7' },
    { line: 5, fields: {} },
  ]);
});

json('reports a line with a repeated key, and reads the next one', async () => {
  const text = '{"id":1,"name":"a","name":"b"}';
  assert.equal(await read(`${text}\n{"id":2}`), [
    { line: 1, error: 'the key "name" is there more than once', text },
    { line: 2, fields: { id: 2 } },
  ]);
});

json('stops reading at a line that exceeds the length limit', async () => {
  assert.equal(await read(`{}\n${'x'.repeat(1_300_000)}`, 65_536), [
    { line: 1, fields: {} },
    { line: 2, error: 'line too long; the rest of the file was not read', text: '' },
  ]);
});

json('reads the elements of an array, wherever its text is divided', async () => {
  const text = '[\n {"id":1,"name":"a]\\"},{"},\n\n {"id":2,"ports":[1,{"id":2}]}\n, 3, {bad} ]\n';
  const error = 'not JSON: each element of the array must be one JSON object';
  for (const chunkSize of [1, 2, 3, 5, Infinity])
    assert.equal(await read(text, chunkSize), [
      { line: 2, fields: { id: 1, name: 'a]"},{' } },
      { line: 4, fields: { id: 2, ports: [1, { id: 2 }] } },
      { line: 5, error: 'not a JSON object', text: ' 3' },
      { line: 5, error, text: ' {bad} ' },
    ]);
  assert.equal(await read(' []\n'), []);
});

json('reports an array that does not end, and text after one', async () => {
  assert.equal(await read('[{"id":1},\n{"id":2'), [
    { line: 1, fields: { id: 1 } },
    { line: 2, error: 'the array does not end; its last element was not read', text: '' },
  ]);
  assert.equal(await read('[{"id":1}]\n{"id":2}'), [
    { line: 1, fields: { id: 1 } },
    { line: 2, error: 'something follows the array; it was not read', text: '' },
  ]);
});

json('stops reading at an element that exceeds the length limit', async () => {
  assert.equal(await read(`[{},"${'x'.repeat(1_300_000)}`, 65_536), [
    { line: 1, fields: {} },
    { line: 1, error: 'element too long; the rest of the file was not read', text: '' },
  ]);
});

json.run();
