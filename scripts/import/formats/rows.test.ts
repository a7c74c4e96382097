import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createImporters } from '../importer.ts';
import { readJsonRows, readTableRows, type RowOptions } from './rows.ts';
import type { Cell } from './table.ts';

const options: RowOptions = {
  importers: createImporters(),
  map: new Map(),
  ignoresUnknown: false,
  headerLine: 1,
};

async function* each<T>(values: readonly T[]) {
  await Promise.resolve();
  yield* values;
}

/** Reads a table, and returns what becomes of each row: its first event, or its error. */
async function readTable(
  rows: readonly (readonly Cell[])[],
  { isRagged = false, ...others }: Partial<RowOptions> & { readonly isRagged?: boolean } = {},
) {
  const table = {
    rows: each(rows.map((cells, index) => ({ line: index + 1, cells }))),
    delimiter: ',',
    isRagged,
  };
  const found: (string | undefined)[] = [];
  for await (const row of readTableRows(table, { ...options, ...others }))
    found.push('error' in row ? row.error : row.preview()[0]);
  return found;
}

const added = 'ports.events.1 {"type":"PortAdded","name":"USB-C"}';

const tables = suite('the rows of a table');

tables('may have empty fields at their end, or fewer cells in a workbook', async () => {
  assert.equal(
    await readTable([
      ['id', 'name', ''],
      ['1', 'USB-C', '', ''],
    ]),
    [added],
  );
  const header = ['id', 'title', 'model', 'ports'];
  assert.match((await readTable([header, ['1', 'a', 'b']]))[0] ?? '', /^3 fields, but the header has 4/);
  assert.match(
    (await readTable([header, ['1', 'a', 'b']], { isRagged: true }))[0] ?? '',
    /^laptops\.events\.1/,
  );
});
tables('follow the line with the names of the columns, which may be a later one', async () => {
  assert.equal(await readTable([['Stock'], ['id', 'name'], ['1', 'USB-C']], { headerLine: 2 }), [added]);
});
tables('may have values in columns without a name only if these are ignored', async () => {
  const rows = [
    ['id', '', 'name'],
    ['1', 'x', 'USB-C'],
  ];
  assert.match((await readTable(rows))[0] ?? '', /^column 2 has a value but no name/);
  assert.equal(await readTable(rows, { ignoresUnknown: true }), [added]);
});
tables('have the number itself as id, and no cell with an error', async () => {
  const id = { text: '0,001', number: 1 };
  assert.equal(
    await readTable([
      ['id', 'name'],
      [id, 'USB-C'],
    ]),
    [added],
  );
  assert.equal(
    await readTable([
      ['id', 'name'],
      ['1', { text: '#N/A', error: 'cell B2 is wrong' }],
    ]),
    ['cell B2 is wrong'],
  );
});
tables.run();

const objects = suite('the objects of a JSON file');

objects('whose keys do not fit are shown once', async () => {
  const rows = [1, 2].map((line) => ({ line, fields: { ID: line, Connector: 'USB-C' } }));
  const previews = [];
  for await (const row of readJsonRows(each(rows), options))
    previews.push('error' in row ? row.preview?.flags : []);
  assert.equal(previews, [['--map', 'name=Connector'], undefined]);
  const map = new Map([['name', 'connector']]);
  const events = [];
  for await (const row of readJsonRows(each(rows), { ...options, map }))
    events.push('error' in row ? row.error : row.preview()[0]);
  assert.equal(events[0], added);
});
objects.run();
