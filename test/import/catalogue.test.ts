/** A catalogue that somebody else wrote, as a person would import it: with what the import says about it. */

import { readFileSync, existsSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createTestFiles, readEvents, startImport } from '../support/scripts/import.ts';
import { createWorkbook } from '../support/scripts/workbook.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';

const broker = await startTestBroker();
const { connection, jsm } = await connectForTest(broker);
const files = createTestFiles();

const run = (...args: string[]) => startImport(broker.url, args).ended;
const lastPosition = async () => (await jsm.streams.info('LAPTOPS')).state.last_seq;

/** Returns the titles and models of the laptops with the ids from `first` to `last`. */
async function laptops(first: number, last: number) {
  const events = await readEvents(connection, jsm, 'LAPTOPS');
  return Array.from({ length: last - first + 1 }, (_, index) =>
    events.get(`laptops.events.${first + index}`),
  );
}

const header = 'laptop_ID,Company,Product,TypeName,Inches,Price_euros';
const rows = [
  '1,Apple,MacBook Pro,Ultrabook,13.3,1339.69',
  '2,Apple,"MacBook 12""",Ultrabook,12,1262.40',
  '3,Toshiba,Portégé Z30-C-16L,Notebook,13.3,1799.00',
  '4,Asus,"X541UV (i3/6GB, 256GB)",Notebook,15.6,577.00',
];

const catalogue = suite('a catalogue in windows-1252 with other columns');

catalogue('is imported with the command that its first import suggests', async () => {
  const file = files.write('catalogue.csv', Buffer.from([header, ...rows, ''].join('\n'), 'latin1'));
  const { code, stderr } = await run(file);
  assert.is(code, 1);
  assert.match(stderr, `${file}:4: byte `);
  assert.match(stderr, /\(0xE9\) is not UTF-8; the encoding is probably windows-1252.*Portégé Z30/);
  assert.match(stderr, /^ {2}Company +Apple \| Apple \| Toshiba {2}-> title$/m);
  assert.is(await lastPosition(), 0);

  const command = /npm run import -- (.*)$/m.exec(stderr)?.[1]?.split(' ') ?? [];
  assert.equal(command.slice(1), [
    '--encoding',
    'windows-1252',
    '--map',
    'id=laptop_ID,title=Company,model=Product',
    '--ignore-unknown-columns',
  ]);
  const second = await run(...command);
  assert.is(second.stderr, '');
  assert.match(second.stdout, /^laptops: 4 added, 0 already there, 0 differ, 0 invalid$/m);
  assert.equal(await laptops(1, 4), [
    [{ type: 'LaptopAdded', title: 'Apple', model: 'MacBook Pro' }],
    [{ type: 'LaptopAdded', title: 'Apple', model: 'MacBook 12"' }],
    [{ type: 'LaptopAdded', title: 'Toshiba', model: 'Portégé Z30-C-16L' }],
    [{ type: 'LaptopAdded', title: 'Asus', model: 'X541UV (i3/6GB, 256GB)' }],
  ]);
});
catalogue('is read from text in UTF-16, compressed, from JSON and from a workbook alike', async () => {
  const names = ['Portégé', 'Café 12"'];
  const table = (first: number, end: string, delimiter: string) =>
    [['Brand', 'ID', 'Product'], ...names.map((name, index) => ['Toshiba', String(first + index), name])]
      .map((cells) => `${cells.join(delimiter)}${end}`)
      .join('');
  const objects = names.map((Product, index) => ({ Brand: 'Toshiba', ID: 15 + index, Product }));
  const cells = (line: number, texts: readonly string[], id: string) =>
    `<row r="${line}">${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}${id}</row>`;
  const workbook = createWorkbook({
    sheets: [
      {
        name: 'Stock',
        rows: [
          cells(1, ['Brand', 'Product', 'ID'], ''),
          ...names.map((name, index) => cells(index + 2, ['Toshiba', name], `<c><v>${17 + index}</v></c>`)),
        ].join(''),
      },
    ],
  });
  const { code, stderr, stdout } = await run(
    '--map=title=Brand,model=Product',
    files.write('unicode.txt', Buffer.from(`\uFEFF${table(11, '\r\n', '\t')}`, 'utf16le')),
    files.write('packed.csv.gz', gzipSync(`sep=;\r\n${table(13, '\r\n', ';')}`)),
    files.write('array.json', JSON.stringify(objects, undefined, 2)),
    files.write('workbook.xlsx', workbook),
  );
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, /^laptops: 8 added/m);
  const pair = names.map((model) => [{ type: 'LaptopAdded', title: 'Toshiba', model }]);
  assert.equal(await laptops(11, 18), [...pair, ...pair, ...pair, ...pair]);
});
catalogue('has rows that fail, which are corrected and imported from the file of rejected rows', async () => {
  const file = files.write(
    'errors.csv',
    `sep=;\n${header.replaceAll(',', ';')}\n${[
      '21;Apple;MacBook Pro;Ultrabook;13.3;1',
      ';Apple;"MacBook ""Air""; 13";Ultrabook;13.3;2',
      '1;Dell;=XPS;Ultrabook;13.3;3',
      '23;Acer;Aspire 3;Notebook;15.6;4;5',
    ].join('\n')}\n`,
  );
  const options = ['--map', 'title=Company,model=Product', '--ignore-unknown-columns'];
  const { code, stdout } = await run(file, ...options);
  assert.is(code, 1);
  const rejected = `${file}.rejected.csv`;
  assert.match(stdout, `rejected rows, to be corrected and imported: ${rejected}\n`);
  const content = readFileSync(rejected, 'utf8');
  const expected = [
    '\uFEFFrejected_line;rejected_reason;laptop_ID;Company;Product;TypeName;Inches;Price_euros',
    '4;id is missing: every row needs an id, so that a repeated import creates no duplicates;;Apple;"MacBook ""Air""; 13";Ultrabook;13.3;2',
    '5;"differs, the laptop is left unchanged: its title is ""Apple"", not ""Dell""";1;Dell;=XPS;Ultrabook;13.3;3',
    '6;7 fields, but the header has 6 (quote text that contains the delimiter);23;Acer;Aspire 3;Notebook;15.6;4;5',
  ];
  assert.equal(content.trimEnd().split('\r\n').toSorted(), expected.toSorted());

  files.write(
    'errors.csv.rejected.csv',
    content.replace(';;Apple', ';22;Apple').replace(';1;Dell', ';24;Dell').replace(';4;5', ';4'),
  );
  const again = await run(rejected, ...options);
  assert.is(again.stderr, '');
  assert.match(again.stdout, /^laptops: 3 added, 0 already there, 0 differ, 0 invalid$/m);
  assert.not(existsSync(`${rejected}.rejected.csv`));
  assert.equal((await laptops(22, 24))[0], [
    { type: 'LaptopAdded', title: 'Apple', model: 'MacBook "Air"; 13' },
  ]);

  assert.is((await run(file, ...options)).code, 1);
  assert.match(readFileSync(`${rejected}.bak`, 'utf8'), ';22;Apple');
  assert.not.match(readFileSync(rejected, 'utf8'), ';22;Apple');
});
catalogue.after(async () => {
  await connection.nc.close();
  await broker.close();
  files.close();
});
catalogue.run();
