import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCsv } from './csv.ts';

async function read(text: string, delimiter = ',', chunkSize = Infinity) {
  const bytes = Buffer.from(text);
  const chunks = function* () {
    for (let start = 0; start < bytes.length; start += chunkSize) {
      yield bytes.subarray(start, Math.min(start + chunkSize, bytes.length));
    }
  };
  const rows = [];
  for await (const row of readCsv(Readable.from(chunks()), delimiter)) rows.push(row);
  return rows;
}

const csv = suite('readCsv');

csv('reports the first line of each row with any line ending, including inside quotes', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['a,b', '1,"x', 'y', '', 'z"', '', '2,é', '"3', '",'].join(end);
    const rows = [
      { line: 1, fields: ['a', 'b'] },
      { line: 2, fields: ['1', ['x', 'y', '', 'z'].join(end)] },
      { line: 7, fields: ['2', 'é'] },
      { line: 8, fields: [`3${end}`, ''] },
    ];
    assert.equal(await read(text), rows, JSON.stringify(end));
    assert.equal(await read(text + end, ',', 1), rows, `${JSON.stringify(end)} byte by byte`);
  }
});

csv('strips a byte order mark', async () => {
  assert.equal(await read('\uFEFFid,name\n'), [{ line: 1, fields: ['id', 'name'] }]);
});

csv('accepts another delimiter and quotes inside an unquoted field', async () => {
  assert.equal(await read('1;15" screen, "wide"\n2;"15"" screen; wide"\n', ';'), [
    { line: 1, fields: ['1', '15" screen, "wide"'] },
    { line: 2, fields: ['2', '15" screen; wide'] },
  ]);
});

csv('reports an unclosed quote at the row that opens it, even before the end of the file', async () => {
  const error = 'unclosed quote in this row; the rest of the file was not read';
  for (const after of [3, 300_000]) {
    const rows = await read(`${'1,a\n'.repeat(5000)}2,"b\n${'3,c\n'.repeat(after)}`, ',', 65_536);
    assert.is(rows.length, 5001);
    assert.equal(rows.at(-2), { line: 5000, fields: ['1', 'a'] });
    assert.equal(rows.at(-1), { line: 5001, error });
  }
});

csv.run();
