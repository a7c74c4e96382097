/** Excel workbooks, as a person sees their rows. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { zipSync } from 'fflate';
import { textOf, type TableRow } from '../../scripts/import/formats/table.ts';
import { openWorkbook } from '../../scripts/import/formats/xlsx/workbook.ts';
import { createWorkbook, type WorkbookContent } from '../support/scripts/workbook.ts';

async function read(content: WorkbookContent, sheet?: string) {
  const workbook = await openWorkbook(Buffer.from(createWorkbook(content)), sheet);
  const rows: TableRow[] = [];
  for await (const row of workbook.table.rows) rows.push(row);
  workbook.close();
  return rows;
}

/** Reads one row, and returns the texts of its cells. */
async function readCells(cells: string, content: Omit<WorkbookContent, 'sheets'> = {}) {
  const [row] = await read({ ...content, sheets: [{ name: 'A', rows: `<row r="1">${cells}</row>` }] });
  return row !== undefined && 'cells' in row ? row.cells : [];
}

const cell = (reference: string, value: string, attributes = '') =>
  `<c r="${reference}"${attributes}><v>${value}</v></c>`;

const test = suite('a workbook');

test('contains shared texts, with fonts but without phonetic text, and inline ones', async () => {
  const strings = [
    '<t xml:space="preserve"> MacBook 12" </t>',
    '<r><t>Think</t></r><r><rPr><b/></rPr><t>Pad</t></r>',
    '<t>東芝</t><rPh sb="0" eb="2"><t>トウシバ</t></rPh>',
    '<t>a_x000D_b &amp; c</t>',
  ];
  const cells = strings.map((_, index) => cell(`${'ABCD'[index]}1`, String(index), ' t="s"')).join('');
  assert.equal(await readCells(`${cells}<c r="E1" t="inlineStr"><is><t>Portégé</t></is></c>`, { strings }), [
    'MacBook 12"',
    'ThinkPad',
    '東芝',
    'a\rb & c',
    'Portégé',
  ]);
});
test('shows numbers and dates in the format of their cells', async () => {
  const formats = { 164: 'dd.mm.yyyy', 165: '0000', 166: '#,##0.00 &quot;€&quot;' };
  const styles = [0, 14, 9, 164, 165, 166];
  const values = ['5490', '45352', '0.25', '45352', '42', '1234.5', '123456789012345', '0.30000000000000004'];
  const cells = values.map((value, index) => cell(`${'ABCDEFGH'[index]}1`, value, ` s="${index % 6}"`));
  const shown = (await readCells(cells.join(''), { formats, styles })).map(textOf);
  assert.equal(shown.slice(0, 6), ['5490', '3/1/2024', '25%', '01.03.2024', '0042', '1,234.50 €']);
  assert.equal((await readCells(cells.slice(6).join('').replaceAll('s="1"', ''))).map(textOf).slice(6), [
    '123456789012345',
    '0.3',
  ]);
});
test('counts its days from 1904 if it says so', async () => {
  const content = { formats: { 164: 'yyyy-mm-dd' }, styles: [164], date1904: true };
  assert.equal((await readCells(cell('A1', '43890', ' s="0"'), content)).map(textOf), ['2024-03-01']);
});
test('has cells without a usable value, which are errors', async () => {
  const cells = `${cell('A1', '#N/A', ' t="e"')}<c r="B1"><f>A2</f></c><c r="C1" t="str"><f>A2</f><v></v></c>`;
  const [error, uncomputed, empty] = await readCells(`${cells}${cell('D1', '1', ' t="b"')}`);
  assert.equal(error, { text: '#N/A', error: 'cell A1 contains the error #N/A' });
  assert.match(typeof uncomputed === 'object' ? (uncomputed.error ?? '') : '', /^cell B1 has a formula/);
  assert.is(empty, '');
});
test('has rows with gaps, and empty rows, which are skipped', async () => {
  const rows = `<row r="2">${cell('B2', '7')}${cell('AB2', '8')}</row><row r="3"><c r="A3" s="0"/></row><row>${cell('A4', '9')}</row>`;
  const [first, second, ...others] = await read({ sheets: [{ name: 'A', rows }] });
  assert.equal([first?.line, second?.line, others.length], [2, 4, 0]);
  const cells = first !== undefined && 'cells' in first ? first.cells.map(textOf) : [];
  assert.equal([cells.length, cells[0], cells[1], cells[27]], [28, '', '7', '8']);
});
test('is read from its first visible sheet, or from the one with a name or a number', async () => {
  const sheets = [
    { name: 'Notes', state: 'hidden', rows: `<row r="1">${cell('A1', '1')}</row>` },
    { name: 'Stock', rows: `<row r="1">${cell('A1', '2')}</row>` },
    { name: '1', rows: `<row r="1">${cell('A1', '3')}</row>` },
  ] as const;
  const readSheet = async (sheet?: string) => {
    const [row] = await read({ sheets }, sheet);
    return row !== undefined && 'cells' in row ? row.cells.map(textOf) : [];
  };
  assert.equal(await readSheet(), ['2']);
  assert.equal(await readSheet('Notes'), ['1']);
  assert.equal(await readSheet('2'), ['2']);
  assert.equal(await readSheet('1'), ['3']);
  const message = /there is no sheet "Stok"; the workbook has "Notes", "Stock", "1"/;
  assert.match(await readSheet('Stok').then(String, String), message);
});
test('is distinguished from another ZIP archive', async () => {
  const archive = Buffer.from(zipSync({ 'laptops.csv': new Uint8Array([0x69, 0x64]) }));
  const message = /not an Excel workbook; unpack it \(it contains laptops\.csv\)/;
  assert.match(await openWorkbook(archive, undefined).then(String, String), message);
});
test.run();
