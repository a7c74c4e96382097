import { Readable } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readCsv } from './csv.ts';

/** @param delimiter undefined: it is found out */
async function read(text: string, delimiter?: string, chunkSize = Infinity) {
  const chunks = function* () {
    for (let start = 0; start < text.length; start += chunkSize)
      yield text.slice(start, Math.min(start + chunkSize, text.length));
  };
  const rows = [];
  const table = await readCsv(Readable.from(chunks()), delimiter);
  for await (const row of table.rows) rows.push(row);
  return rows;
}

const csv = suite('readCsv');

csv('reports the first line of each row with any line ending, including inside quotes', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const text = ['a,b', '1,"x', 'y', '', 'z"', '', '2,é', '"3', '",'].join(end);
    const rows = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', ['x', 'y', '', 'z'].join(end)] },
      { line: 7, cells: ['2', 'é'] },
      { line: 8, cells: [`3${end}`, ''] },
    ];
    assert.equal(await read(text), rows, JSON.stringify(end));
    assert.equal(await read(text + end, ',', 1), rows, `${JSON.stringify(end)} character by character`);
  }
});

csv('accepts another delimiter and quotes inside an unquoted field', async () => {
  assert.equal(await read('1;15" screen, "wide"\n2;"15"" screen; wide"\n', ';'), [
    { line: 1, cells: ['1', '15" screen, "wide"'] },
    { line: 2, cells: ['2', '15" screen; wide'] },
  ]);
});

csv('reports an unclosed quote at the row that opens it, even before the end of the file', async () => {
  const error = 'unclosed quote in this row; the rest of the file was not read';
  for (const after of [3, 300_000]) {
    const rows = await read(`${'1,a\n'.repeat(5000)}2,"b\n${'3,c\n'.repeat(after)}`, ',', 65_536);
    assert.is(rows.length, 5001);
    assert.equal(rows.at(-2), { line: 5000, cells: ['1', 'a'] });
    assert.equal(rows.at(-1), { line: 5001, error });
  }
});

for (const [delimiter, name] of [
  [',', 'a comma'],
  [';', 'a semicolon'],
  ['\t', 'a tab'],
  ['|', 'a vertical bar'],
] as const) {
  csv(`finds out that the delimiter is ${name}`, async () => {
    const rows = [
      { line: 1, cells: ['id', 'title, or; maker', 'model'] },
      { line: 2, cells: ['1', 'a', 'b'] },
    ];
    const text = [
      ['id', '"title, or; maker"', 'model'],
      ['1', 'a', 'b'],
    ]
      .map((cells) => cells.join(delimiter))
      .join('\n');
    assert.equal(await read(text), rows);
    assert.equal(await read(text, undefined, 1), rows);
  });
}

csv('takes the delimiter from the line that Excel writes, unless it is given', async () => {
  for (const line of ['sep=;', '"sep=;"', 'SEP=;']) {
    assert.equal(await read(`${line}\r\na,b;c\r\n`), [{ line: 2, cells: ['a,b', 'c'] }]);
    assert.equal(await read(`${line}\r\na,b;c\r\n`, ','), [{ line: 2, cells: ['a', 'b;c'] }]);
  }
});

csv('skips rows without a value, which spreadsheets add', async () => {
  assert.equal(await read('a,b\n,\n \n1,\n,,\n'), [
    { line: 1, cells: ['a', 'b'] },
    { line: 4, cells: ['1', ''] },
  ]);
});

csv.run();
